// The model as the page sees it: loaded once, then pictures in, cubes out. The work is done in engine.js.

/**
 * A reconstructed picture: `data` float32 [height, width, bands] in [0, 1], `rendered` the RGB that the camera sees of it
 * (Uint8ClampedArray [height, width, 4]), `wavelengths` in nm, and what is known of how it came about.
 */
class Cube {
  constructor({ height, width }, { wavelengths, camera }) {
    Object.assign(this, { height, width, wavelengths, camera, bands: wavelengths.length, provenance: {} });
    this.data = new Float32Array(height * width * this.bands);
    this.rendered = new Uint8ClampedArray(4 * height * width);
  }

  /** The spectrum of a pixel, a view of `data` [bands]. */
  spectrum(x, y) {
    const at = (y * this.width + x) * this.bands;
    return this.data.subarray(at, at + this.bands);
  }

  /** Puts in the part [tall, wide, bands] whose first pixel is (top, left). */
  insert({ top, left, tall, wide, cube, rgb }) {
    for (let y = 0; y < tall; y++) {
      const to = (top + y) * this.width + left;
      this.data.set(cube.subarray(y * wide * this.bands, (y + 1) * wide * this.bands), to * this.bands);
      for (let x = 0; x < wide; x++) {
        for (let channel = 0; channel < 3; channel++) {
          this.rendered[4 * (to + x) + channel] = 255 * rgb[3 * (y * wide + x) + channel];
        }
        this.rendered[4 * (to + x) + 3] = 255;
      }
    }
  }
}

export class Model {
  #worker = new Worker(new URL('./engine.js', import.meta.url));
  #jobs = 0;

  /** Loads the model that lies beside the page; resolves to this object, now with what the engine says of itself. */
  async load(base = document.baseURI) {
    const ready = await new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }) => (data.type === 'ready' ? resolve(data) : reject(new Error(data.message)));
      this.#worker.onerror = (event) => reject(new Error(event.message || 'The part of the page that runs the model could not be loaded.'));
      this.#worker.postMessage({ type: 'start', base });
    });
    this.description = ready.description;
    this.engine = ready;
    return this;
  }

  /**
   * The cube of `picture` {pixels (Uint8ClampedArray [height, width, 4]), height, width}. `onPart(cube, part)` is
   * called after each window: the cube so far, the part {top, left, tall, wide} that is new and progress {done, total}. Rejects with an AbortError when `signal` says so.
   */
  reconstruct(picture, { onPart, signal } = {}) {
    const id = ++this.#jobs;
    const cube = new Cube(picture, this.description);
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => {
        this.#worker.postMessage({ type: 'cancel' });
        reject(new DOMException('The reconstruction was stopped.', 'AbortError'));
      });
      this.#worker.onmessage = ({ data }) => {
        if (data.id !== id) return;
        if (data.type === 'failed') return reject(new Error(data.message));
        if (data.type === 'part') {
          cube.insert(data);
          return onPart?.(cube, data);
        }
        cube.exact = data.exact;
        cube.reprojection = data.reprojection;
        cube.seconds = data.seconds;
        cube.tiles = data.tiles;
        cube.provenance = this.#provenance(picture, data);
        resolve(cube);
      };
      const { pixels, height, width } = picture;
      this.#worker.postMessage({ type: 'reconstruct', id, pixels, height, width });
    });
  }

  #provenance(picture, { exact, reprojection }) {
    return {
      software: `hsi_inr_tf ${__VERSION__} (web)`,
      model: this.description.model,
      training: this.description.provenance,
      scale: 1,
      consistent: false,
      input: picture.name,
      input_size: [picture.original.height, picture.original.width],
      size: [picture.height, picture.width],
      tile: this.engine.side[0],
      exact,
      reprojection,
    };
  }
}
