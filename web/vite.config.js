// Builds the page into dist/: static files for any server. HSI_WEB_MODEL names another model than public/model.tflite.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join, resolve } from 'node:path';
import { defineConfig } from 'vite';
import { complete } from './build.js';

const root = fileURLToPath(new URL('.', import.meta.url));
const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const litert = `litert-${read('node_modules/@litertjs/core/package.json').version}`;
const model = resolve(process.env.HSI_WEB_MODEL ?? join(root, 'public/model.tflite'));
const names = { __LITERT__: JSON.stringify(litert), __VERSION__: JSON.stringify(read('package.json').version) };

// What a server should send: isolation, so that LiteRT may use threads, and no more rights than the page needs.
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Content-Security-Policy': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; "
    + "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

export default defineConfig({
  root,
  base: './',
  define: names,
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 1000 },
  worker: { format: 'iife' },
  plugins: [complete({ root, model, litert })],
  preview: { headers },
});
