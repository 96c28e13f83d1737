// NumPy archives, as hsi_inr_tf/io/npz.py writes them: "cube" [height, width, bands], "wavelengths" (nm), "scale" and "metadata".

import { metadata } from './metadata.js';
import { zip } from './zip.js';

/** The cube as a Blob that numpy.load opens. */
export function npz(cube) {
  const text = Uint32Array.from(metadata(cube), (character) => character.codePointAt(0)); // NumPy's strings are UTF-32
  return zip({
    'cube.npy': npy(cube.data, '<f4', [cube.height, cube.width, cube.bands]),
    'wavelengths.npy': npy(Float64Array.from(cube.wavelengths), '<f8', [cube.bands]),
    'scale.npy': npy(Float64Array.of(1), '<f8', []),
    'metadata.npy': npy(text, `<U${text.length}`, []),
  }, 'application/octet-stream');
}

/** A typed array as the parts of a .npy file, version 1.0. Little-endian, as every browser's typed arrays are. */
function npy(values, descr, shape) {
  const sides = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  let header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${sides}, }`;
  header = header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11) + '\n';
  const start = new TextEncoder().encode(`\x00NUMPY\x01\x00\x00\x00${header}`);
  start.set([0x93], 0);
  new DataView(start.buffer).setUint16(8, header.length, true);
  return [start, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)];
}
