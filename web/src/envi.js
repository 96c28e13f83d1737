// ENVI: a text header (.hdr) beside raw values (.img), in one zip archive; the header's fields are those of hsi_inr_tf/io/envi.py.

import { FALSE_COLOUR, metadata, nearest } from './metadata.js';
import { zip } from './zip.js';

/** The cube as a Blob, a zip of `stem`.hdr and `stem`.img. */
export function envi(cube, stem) {
  const values = new Uint8Array(cube.data.buffer, cube.data.byteOffset, cube.data.byteLength);
  return zip({ [`${stem}.hdr`]: [new TextEncoder().encode(header(cube))], [`${stem}.img`]: [values] });
}

function header(cube) {
  const { wavelengths } = cube;
  const spacing = wavelengths.map((w, i) => {
    const [before, after] = [Math.max(0, i - 1), Math.min(wavelengths.length - 1, i + 1)];
    return (wavelengths[after] - wavelengths[before]) / Math.max(1, after - before);
  });
  const fields = {
    description: `{ ${cube.provenance.software}: relative radiance }`,
    samples: cube.width,
    lines: cube.height,
    bands: cube.bands,
    'header offset': 0,
    'file type': 'ENVI Standard',
    'data type': 4, // float32
    interleave: 'bip',
    'byte order': 0,
    'wavelength units': 'Nanometers',
    wavelength: list(wavelengths),
    fwhm: list(spacing),
    'default bands': list(FALSE_COLOUR.map((nm) => nearest(wavelengths, nm) + 1)),
    'data units': 'relative radiance',
    'hsi_inr_tf metadata': quoted(metadata(cube)),
  };
  return `ENVI\n${Object.entries(fields).map(([name, value]) => `${name} = ${value}\n`).join('')}`;
}

const list = (values) => `{ ${values.join(' , ')} }`;

/** Percent-encoded but for characters that are safe in a header and keep it readable. Braces would be taken for a list's. */
const quoted = (text) => encodeURIComponent(text).replace(/%(20|2C|3A|3B|22|5B|5D|2F)/g, (code) => decodeURIComponent(code));
