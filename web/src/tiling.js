// Which windows of a picture a model of fixed input size is run on, and which part of each answer is kept.
// The same rule as hsi_inr_tf/inference/tiling.py and reconstructor.py, so that the numbers are the same.

const extended = (length, stride) => Math.ceil(length / stride) * stride;

/**
 * How much of a window's rim is thrown away where windows meet: the model's halo, but at most a quarter of the window.
 * `exact` says whether that is all an output can see, so that tiles give what the whole picture would.
 */
export function marginOf(side, { halo, stride }) {
  const limit = Math.floor(Math.floor(side / 4) / stride) * stride;
  const margin = extended(halo === null ? limit : Math.min(halo, limit), stride);
  return { margin, exact: halo !== null && margin >= halo };
}

/**
 * Spans of `side` pixels along an axis of `length` pixels, shifted to lie inside it: the model sees [start, start + side),
 * of its answer [first, last) is kept. An axis shorter than the window is extended by repeating its last pixel.
 */
export function spans(length, side, margin, stride) {
  const end = Math.max(side, extended(length, stride));
  const step = extended(Math.max(stride, side - 2 * margin), stride);
  const starts = [];
  for (let start = 0; start < end - side; start += step) starts.push(start);
  starts.push(end - side);
  const joints = starts.slice(0, -1).map((start) => start + side - margin);
  return starts
    .map((start, i) => ({ start, first: i ? joints[i - 1] : 0, last: i < joints.length ? Math.min(joints[i], length) : length }))
    .filter(({ first, last }) => first < last);
}

/** All windows of a picture, from top to bottom: pairs of spans (rows, columns). */
export function windows({ height, width }, [tall, wide], description) {
  const vertical = marginOf(tall, description);
  const horizontal = marginOf(wide, description);
  const all = [];
  for (const rows of spans(height, tall, vertical.margin, description.stride)) {
    for (const columns of spans(width, wide, horizontal.margin, description.stride)) all.push({ rows, columns });
  }
  return { windows: all, exact: vertical.exact && horizontal.exact };
}

/** The window's pixels as float32 [tall, wide, 3] in [0, 1]; `rgba` is the picture, 8 bits a channel. */
export function cut(rgba, { height, width }, { rows, columns }, [tall, wide]) {
  const window = new Float32Array(tall * wide * 3);
  let to = 0;
  for (let y = 0; y < tall; y++) {
    const row = Math.min(rows.start + y, height - 1) * width;
    for (let x = 0; x < wide; x++) {
      const from = 4 * (row + Math.min(columns.start + x, width - 1));
      window[to++] = rgba[from] / 255;
      window[to++] = rgba[from + 1] / 255;
      window[to++] = rgba[from + 2] / 255;
    }
  }
  return window;
}

/** What is kept of a window's answer `hsi` [tall, wide, bands], clipped to [0, 1]: float32 [rows, columns, bands]. */
export function kept(hsi, { rows, columns }, wide, bands) {
  const height = rows.last - rows.first;
  const width = columns.last - columns.first;
  const part = new Float32Array(height * width * bands);
  for (let y = 0; y < height; y++) {
    const from = ((rows.first - rows.start + y) * wide + columns.first - columns.start) * bands;
    part.set(hsi.subarray(from, from + width * bands), y * width * bands);
  }
  for (let i = 0; i < part.length; i++) part[i] = part[i] < 0 ? 0 : part[i] > 1 ? 1 : part[i];
  return part;
}
