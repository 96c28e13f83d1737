// What Vite does not do for this page: the model, LiteRT.js's WebAssembly, the licences, and the service worker that knows all files.

import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const VARIANTS = ['litert_wasm_internal', 'litert_wasm_threaded_internal', 'litert_wasm_compat_internal'];
const KEPT_LATER = /^model\.tflite$|^litert-|^sw\.js$|\.map$/; // by the service worker: see src/sw.js

/** A Vite plugin. `model` is the .tflite file to ship, `litert` the name of the folder for LiteRT's files. */
export function complete({ root, model, litert }) {
  let out;
  return {
    name: 'complete',
    apply: 'build',
    configResolved(config) {
      out = resolve(config.root, config.build.outDir);
      if (!existsSync(model)) throw new Error(`${model} is missing: "make web" exports it, or scripts/export.py MODEL --size 256 --out ${model}`);
    },
    writeBundle() {
      copyFileSync(model, join(out, 'model.tflite'));
      mkdirSync(join(out, litert), { recursive: true });
      for (const variant of VARIANTS) {
        for (const end of ['js', 'wasm']) {
          copyFileSync(join(root, 'node_modules/@litertjs/core/wasm', `${variant}.${end}`), join(out, litert, `${variant}.${end}`));
        }
      }
      const licences = [join(root, '../LICENSE'), join(root, 'node_modules/fflate/LICENSE')];
      writeFileSync(join(out, 'license.txt'), licences.map((file) => readFileSync(file, 'utf8')).join('\n\nfflate, for zip archives:\n\n'));
      const files = readdirSync(out, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(out.length + 1).replaceAll('\\', '/'))
        .filter((file) => file !== 'sw.js')
        .sort();
      const hash = createHash('sha256');
      for (const file of files) hash.update(file).update(readFileSync(join(out, file)));
      const page = ['./', ...files.filter((file) => file !== 'index.html' && !KEPT_LATER.test(file)).map((file) => `./${file}`)];
      writeFileSync(join(out, 'sw.js'), readFileSync(join(root, 'src/sw.js'), 'utf8')
        .replace('__VERSION__', `hsi-inr-tf-${hash.digest('hex').slice(0, 16)}`)
        .replace('__PAGE__', JSON.stringify(page)));
    },
  };
}
