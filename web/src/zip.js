// Zip archives of uncompressed members: what .npz is, and how several files are downloaded at once.

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

function crc32(parts) {
  let crc = -1;
  for (const bytes of parts) for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

const MADE = [0, 0x21]; // time and date of every member: midnight of 1 January 1980, so that equal contents give equal files

/** `members`: name -> array of Uint8Array. Returns a Blob. Names are ASCII or UTF-8; archives stay below 4 GB. */
export function zip(members, type = 'application/zip') {
  const blob = [];
  const directory = [];
  let offset = 0;
  for (const [name, parts] of Object.entries(members)) {
    const path = new TextEncoder().encode(name);
    const size = parts.reduce((sum, bytes) => sum + bytes.length, 0);
    // Version 2.0, names in UTF-8, stored, date, checksum, sizes, lengths of the name and of nothing else.
    const common = [[2, 20], [2, 0x800], [2, 0], [2, MADE[0]], [2, MADE[1]], [4, crc32(parts)], [4, size], [4, size], [2, path.length], [2, 0]];
    const local = fields([[4, 0x04034b50], ...common]);
    directory.push(fields([[4, 0x02014b50], [2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]), path);
    blob.push(local, path, ...parts);
    offset += local.length + path.length + size;
  }
  const size = directory.reduce((sum, bytes) => sum + bytes.length, 0);
  const count = directory.length / 2;
  const end = fields([[4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, offset], [2, 0]]);
  return new Blob([...blob, ...directory, end], { type });
}

/** Little-endian integers: pairs (bytes, value). */
function fields(pairs) {
  const bytes = new Uint8Array(pairs.reduce((sum, [width]) => sum + width, 0));
  let at = 0;
  for (const [width, value] of pairs) {
    for (let i = 0; i < width; i++) bytes[at++] = (value >>> (8 * i)) & 255;
  }
  return bytes;
}
