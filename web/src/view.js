// The picture on the page: paints it, and turns pointer, touch and keyboard into a chosen pixel.

const LEVELS = 1024;

/** Paints `source` (RGBA, 8 bits) onto the canvas. */
export function paint(canvas, pixels, { height, width }) {
  resize(canvas, height, width);
  canvas.getContext('2d').putImageData(new ImageData(pixels, width, height), 0, 0);
}

/** Paints band number `band` of a cube in grey; `white` is the radiance shown as white. Displayed with gamma 2.2. */
export function paintBand(canvas, cube, band, white) {
  resize(canvas, cube.height, cube.width);
  const table = Uint8ClampedArray.from({ length: LEVELS + 1 }, (_, level) => Math.round(255 * (level / LEVELS) ** (1 / 2.2)));
  const image = new ImageData(cube.width, cube.height);
  const words = new Uint32Array(image.data.buffer);
  const scale = LEVELS / white;
  for (let i = 0, at = band; i < words.length; i++, at += cube.bands) {
    const grey = table[Math.min(LEVELS, cube.data[at] * scale) | 0];
    words[i] = 0xff000000 | (grey << 16) | (grey << 8) | grey;
  }
  canvas.getContext('2d').putImageData(image, 0, 0);
}

/** The radiance that all but `share` of the values lie below, from a sample of the cube; never 0. */
export function whiteOf(cube, share = 0.001) {
  const step = Math.max(1, Math.floor(cube.data.length / 200_000)) | 1; // odd, so that it meets all bands
  const sample = [];
  for (let i = 0; i < cube.data.length; i += step) sample.push(cube.data[i]);
  sample.sort((a, b) => a - b);
  return Math.max(sample[Math.floor((1 - share) * (sample.length - 1))], 0.02);
}

function resize(canvas, height, width) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

/**
 * Lets the user choose a pixel of the picture in `element`, whose `size()` is {height, width}. Calls `onMove(x, y)` for the pixel
 * under the pointer, touched, or reached with the arrow keys, `onPin()` to keep it, `onUnpin()` to drop the last one kept.
 */
export function choosePixels(element, canvas, { size, onMove, onPin, onUnpin }) {
  let at = null; // the pixel chosen last
  let touched = false;

  const move = (x, y) => {
    const { height, width } = size();
    at = { x: Math.min(width - 1, Math.max(0, x)), y: Math.min(height - 1, Math.max(0, y)) };
    onMove(at.x, at.y);
  };
  const follow = (event) => {
    const box = canvas.getBoundingClientRect();
    const { height, width } = size();
    move(Math.floor(((event.clientX - box.left) / box.width) * width), Math.floor(((event.clientY - box.top) / box.height) * height));
  };
  element.addEventListener('pointerdown', (event) => {
    touched = event.pointerType !== 'mouse';
    follow(event);
  });
  element.addEventListener('pointermove', (event) => {
    if (event.pointerType === 'mouse' || event.buttons) follow(event);
  });
  element.addEventListener('click', () => touched || onPin());

  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  element.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const far = event.shiftKey ? 10 : 1;
    if (event.key in steps) {
      const { height, width } = size();
      const from = at ?? { x: width >> 1, y: height >> 1 };
      move(from.x + far * steps[event.key][0], from.y + far * steps[event.key][1]);
    } else if (event.key === 'Enter' || event.key === ' ') onPin();
    else if (event.key === 'Delete' || event.key === 'Backspace') onUnpin();
    else return;
    event.preventDefault();
  });
  return { move };
}
