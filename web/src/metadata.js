// What the downloads say of a cube besides its values: the same JSON text that hsi_inr_tf/io writes and reads.

export const FALSE_COLOUR = [650, 550, 450]; // nm, shown as red, green, blue

/** JSON of the camera and of how the cube came about. */
export function metadata({ camera, provenance }) {
  return JSON.stringify({ camera, provenance, georeference: null, scale: 1 });
}

/** The index of the band nearest to `nm`. */
export function nearest(wavelengths, nm) {
  return wavelengths.reduce((best, w, i) => (Math.abs(w - nm) < Math.abs(wavelengths[best] - nm) ? i : best), 0);
}
