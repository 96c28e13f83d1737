// The service worker: answers from what was kept, so that the page works without a network, and isolates it, so that LiteRT
// may use threads. `build.js` fills in the files of the page and a name that changes whenever one of the files does.

const KEPT = '__VERSION__';
const PAGE = __PAGE__; // the rest, the model and the one variant of LiteRT that this browser uses, is kept when first loaded

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(PAGE)).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  const old = (name) => name.startsWith('hsi-inr-tf-') && name !== KEPT;
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || !url.href.startsWith(self.registration.scope)) return;
  event.respondWith(answer(event, url));
});

async function answer(event, url) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(event.request.mode === 'navigate' ? './' : url.href, { ignoreSearch: true });
  if (kept) return isolated(kept);
  const fresh = await fetch(event.request);
  if (fresh.ok && fresh.status === 200) event.waitUntil(cache.put(url.href, fresh.clone()));
  return isolated(fresh);
}

function isolated(response) {
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
