// Zip archives of uncompressed members: what .npz is, and how several files are downloaded at once.

import { Zip, ZipPassThrough } from 'fflate';

const MADE = new Date(1980, 0, 1); // of every member, so that equal contents give equal files

/** `members`: name -> array of Uint8Array, which are not copied before the Blob is made. Returns a Blob. */
export function zip(members, type = 'application/zip') {
  const written = [];
  const archive = new Zip((error, bytes) => {
    if (error) throw error;
    written.push(bytes);
  });
  for (const [name, parts] of Object.entries(members)) {
    const member = new ZipPassThrough(name);
    member.mtime = MADE;
    archive.add(member);
    parts.forEach((bytes, number) => member.push(bytes, number === parts.length - 1));
  }
  archive.end();
  return new Blob(written, { type });
}
