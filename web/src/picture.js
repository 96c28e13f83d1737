// From a picture file to pixels as the model was trained on: sRGB, upright, no larger than asked for.

const PROFILE = ['iCCP', 'ICCP', 'ICC_PROFILE\0']; // how PNG, WebP and JPEG mark an embedded colour profile
const LARGEST_FILE = 256 << 20;

/**
 * Decodes `file` (a Blob) and returns {pixels: Uint8ClampedArray [height, width, 4], height, width, name, original}.
 * A picture whose longer side exceeds `longest` is reduced to that. Throws an Error with a sentence for the user.
 */
export async function readPicture(file, longest) {
  const name = file.name ?? 'picture';
  if (file.size > LARGEST_FILE) throw new Error(`${name} is larger than ${LARGEST_FILE >> 20} MB.`);
  // Only a profile gives reason to convert colours; other hints, such as PNG's gamma, are ignored, as Pillow does.
  const colorSpaceConversion = (await hasProfile(file)) ? 'default' : 'none';
  const options = { imageOrientation: 'from-image', premultiplyAlpha: 'none', colorSpaceConversion };
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, options);
  } catch {
    throw new Error(`${name} is no picture that this browser can read. Expected a JPEG, PNG or WebP file.`);
  }
  const original = { height: bitmap.height, width: bitmap.width };
  const { height, width } = fitted(original, longest);
  if (width !== original.width || height !== original.height) {
    const reduced = await createImageBitmap(bitmap, { resizeWidth: width, resizeHeight: height, resizeQuality: 'high' });
    bitmap.close();
    bitmap = reduced;
  }
  const canvas = Object.assign(document.createElement('canvas'), { height, width });
  const context = canvas.getContext('2d', { colorSpace: 'srgb', willReadFrequently: true });
  context.fillStyle = '#fff'; // transparent parts are taken as paper
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { pixels: context.getImageData(0, 0, width, height).data, height, width, name, original };
}

/** The size of a picture once its longer side is at most `longest`. */
export function fitted({ height, width }, longest) {
  const factor = Math.min(1, longest / Math.max(height, width));
  return { height: Math.max(1, Math.round(height * factor)), width: Math.max(1, Math.round(width * factor)) };
}

async function hasProfile(file) {
  const head = new TextDecoder('latin1').decode(await file.slice(0, 1 << 16).arrayBuffer());
  return PROFILE.some((mark) => head.includes(mark));
}
