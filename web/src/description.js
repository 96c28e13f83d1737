// Reads what a .tflite file says of itself: description.json in a zip archive at the end of the file
// (written by hsi_inr_tf/export/metadata.py; the flatbuffer before it is not touched).

const MEMBER = 'description.json';
const END = 0x06054b50; // signatures of the zip format's records
const ENTRY = 0x02014b50;

/** `bytes`: the file as Uint8Array. Returns the parsed description; throws an Error with a sentence if there is none. */
export function readDescription(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 30 || text(bytes.subarray(4, 8)) !== 'TFL3') throw new Error('model.tflite is no TFLite model.');
  const end = findEnd(view);
  let at = end < 0 ? -1 : end - view.getUint32(end + 12, true); // the directory ends where its end record starts
  const entries = end < 0 ? 0 : view.getUint16(end + 10, true);
  for (let i = 0; i < entries && at >= 0 && view.getUint32(at, true) === ENTRY; i++) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    if (text(bytes.subarray(at + 46, at + 46 + name)) === MEMBER && view.getUint16(at + 10, true) === 0) {
      const local = view.getUint32(at + 42, true);
      const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
      return JSON.parse(text(bytes.subarray(start, start + view.getUint32(at + 24, true))));
    }
    at += 46 + name + extra + comment;
  }
  throw new Error(`model.tflite carries no ${MEMBER}: export it with scripts/export.py.`);
}

function findEnd(view) {
  const last = view.byteLength - 22;
  for (let at = last; at >= Math.max(0, last - 65535); at--) if (view.getUint32(at, true) === END) return at;
  return -1;
}

const text = (bytes) => new TextDecoder().decode(bytes);
