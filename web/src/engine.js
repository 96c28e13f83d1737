// The worker that runs the model, so that the page stays responsive. A classic worker: LiteRT.js loads its script with importScripts.
//
// It is told   {type: 'start', base}                                and answers {type: 'ready', ...} or {type: 'failed', message}
//              {type: 'reconstruct', id, pixels, height, width}      and answers {type: 'part', id, ...} for each window, {type: 'done', id, ...}
//              {type: 'cancel'}                                      after which no part follows

import { loadAndCompile, loadLiteRt, supportsFeature, Tensor } from '@litertjs/core';
import { render } from './camera.js';
import { readDescription } from './description.js';
import { cut, kept, windows } from './tiling.js';

let model, description, side;
let running = 0; // the id of the reconstruction under way

async function start(base) {
  const response = await fetch(new URL('model.tflite', base));
  if (!response.ok) throw new Error(`The model could not be loaded (${response.status}).`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  description = readDescription(bytes);

  const threads = self.crossOriginIsolated && (await supportsFeature('threads')) && (await supportsFeature('relaxedSimd'));
  const folder = new URL(`${__LITERT__}/`, base);
  // Without these LiteRT.js would look for its files beside this worker's.
  self.Module = {
    locateFile: (file) => new URL(file, folder).href,
    mainScriptUrlOrBlob: new URL('litert_wasm_threaded_internal.js', folder).href,
  };
  await loadLiteRt(folder.href, { threads });
  model = await loadAndCompile(bytes, { accelerator: 'wasm' });
  const [batch, height, width, channels] = model.getInputDetails()[0].shape;
  if (batch !== 1 || !(height > 0) || !(width > 0) || channels !== 3) {
    throw new Error('The model takes no pictures of fixed size: export it with --size 256.');
  }
  side = [height, width];
  const began = performance.now();
  await run(new Float32Array(height * width * 3)); // the first call allocates
  const warm = performance.now();
  await run(new Float32Array(height * width * 3));
  return {
    description, side, threads, bytes: bytes.length, first: warm - began, milliseconds: performance.now() - warm,
  };
}

/** rgb float32 [tall, wide, 3] -> hsi float32 [tall, wide, bands]. */
async function run(rgb) {
  const input = new Tensor(rgb, [1, ...side, 3]);
  const outputs = await model.run([input]);
  const hsi = await outputs[0].data();
  input.delete();
  outputs.forEach((output) => output.delete());
  return hsi;
}

async function reconstruct({ id, pixels, height, width }) {
  running = id;
  const began = performance.now();
  const plan = windows({ height, width }, side, description);
  const bands = description.wavelengths.length;
  let squares = 0, largest = 0;
  for (const [index, window] of plan.windows.entries()) {
    const hsi = await run(cut(pixels, { height, width }, window, side));
    const cube = kept(hsi, window, side[1], bands);
    const [top, left] = [window.rows.first, window.columns.first];
    const [tall, wide] = [window.rows.last - top, window.columns.last - left];
    // The re-projection error: what the camera sees of the cube, beside what the photograph shows.
    const rgb = render(description.camera, cube, tall * wide);
    for (let i = 0; i < tall * wide; i++) {
      const at = 4 * ((top + Math.floor(i / wide)) * width + left + (i % wide));
      for (let channel = 0; channel < 3; channel++) {
        const difference = Math.abs(rgb[3 * i + channel] - pixels[at + channel] / 255);
        squares += difference * difference;
        largest = Math.max(largest, difference);
      }
    }
    await pause(); // lets a cancellation in
    if (running !== id) return;
    const progress = { done: index + 1, total: plan.windows.length };
    postMessage({ type: 'part', id, top, left, tall, wide, cube, rgb, progress }, [cube.buffer, rgb.buffer]);
  }
  const reprojection = { rmse: Math.sqrt(squares / (3 * height * width)), largest };
  postMessage({ type: 'done', id, exact: plan.exact, tiles: plan.windows.length, reprojection, seconds: (performance.now() - began) / 1000 });
}

const channel = new MessageChannel();
function pause() {
  return new Promise((resolve) => {
    channel.port1.onmessage = resolve;
    channel.port2.postMessage(null);
  });
}

onmessage = async ({ data }) => {
  try {
    if (data.type === 'start') postMessage({ type: 'ready', ...(await start(data.base)) });
    if (data.type === 'reconstruct') await reconstruct(data);
    if (data.type === 'cancel') running = 0;
  } catch (error) {
    postMessage({ type: 'failed', id: data.id, message: String(error?.message ?? error) });
  }
};
