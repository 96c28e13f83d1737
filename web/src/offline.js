// Offline use: a service worker (sw.js) keeps the page's files, and gives them the headers that threads need.

const RELOADED = 'reloaded for threads';

/**
 * Installs the service worker and waits until it serves this page, so that the model passes through it. Where the server does not
 * isolate the page, it is loaded once more, now by the service worker, which does. Resolves to whether the page is served by it.
 */
export async function install(isIdle) {
  if (!('serviceWorker' in navigator)) return false; // plain http
  const claimed = new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }));
  try {
    const registration = await navigator.serviceWorker.register('./sw.js');
    await settled(registration.installing ?? registration.waiting ?? registration.active);
  } catch {
    return false; // forbidden, or not enough room
  }
  const patience = new Promise((resolve) => setTimeout(resolve, 2000)); // a forced reload goes past the service worker for good
  if (!navigator.serviceWorker.controller) await Promise.race([claimed, patience]);
  const served = navigator.serviceWorker.controller !== null;
  if (served && !crossOriginIsolated && isIdle() && !sessionStorage.getItem(RELOADED)) {
    sessionStorage.setItem(RELOADED, 'yes');
    location.reload();
    await new Promise(() => {});
  }
  return served;
}

/** Waits until a service worker serves, or has failed. */
function settled(worker) {
  return new Promise((resolve) => {
    const check = () => ['activated', 'redundant'].includes(worker.state) && resolve();
    worker.addEventListener('statechange', check);
    check();
  });
}

/** Resolves to true once everything that was loaded is kept, false if that does not come about. */
export async function stored() {
  for (let attempt = 0; attempt < 40; attempt++) {
    const keys = (await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()))).flat();
    if (['model.tflite', '.wasm'].every((end) => keys.some(({ url }) => url.endsWith(end)))) return true;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return false;
}
