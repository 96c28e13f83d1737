// The model's camera: the RGB it sees of a spectrum, and from that the colours of single wavelengths.

/** One step of the sRGB transfer curve (IEC 61966-2-1), linear light in [0, 1]. */
export function encode(linear) {
  const value = Math.min(1, Math.max(0, linear));
  return value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
}

/**
 * Renders `count` pixels of `cube` [count, bands] into `rgb`, a Float32Array [count, 3] in [0, 1].
 * `camera.response` is [bands, 3]; white is a spectrum of ones.
 */
export function render(camera, cube, count, rgb = new Float32Array(3 * count)) {
  const bands = camera.response.length;
  const curve = camera.encoding === 'srgb' ? encode : (value) => Math.min(1, Math.max(0, value));
  const flat = Float64Array.from(camera.response.flat());
  for (let i = 0, from = 0; i < count; i++, from += bands) {
    let red = 0, green = 0, blue = 0;
    for (let band = 0, k = 0; band < bands; band++, k += 3) {
      const value = cube[from + band];
      red += value * flat[k];
      green += value * flat[k + 1];
      blue += value * flat[k + 2];
    }
    rgb[3 * i] = curve(red);
    rgb[3 * i + 1] = curve(green);
    rgb[3 * i + 2] = curve(blue);
  }
  return rgb;
}

/** The colour in which to draw each band: what the camera sees of light of that wavelength alone, toned down a little. */
export function bandColours(camera) {
  const pure = camera.response.map((row) => {
    const light = row.map((value) => Math.max(0, value));
    return { light, peak: Math.max(...light, 1e-12) };
  });
  const brightest = Math.max(...pure.map(({ peak }) => peak));
  return pure.map(({ light, peak }) => {
    const glow = 0.25 + 0.45 * (peak / brightest) ** 0.25; // dimmer where the camera sees little
    return `rgb(${light.map((value) => Math.round(255 * encode(0.06 + glow * (value / peak)))).join(' ')})`;
  });
}
