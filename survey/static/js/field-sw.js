// The service worker of the worker's app. VERSION and FILES stand in front of this text when it is served. The app's own
// files come from the device; everything else goes to the network or nowhere.

const CACHE = `minyi-field-${VERSION}`;

self.addEventListener("install", (event) => {
  const fetchAll = async () => (await caches.open(CACHE)).addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
  // A new version waits until no page of the old one is open: it must not take files away from a page that is loading.
  event.waitUntil(fetchAll());
});

self.addEventListener("activate", (event) => {
  const dropOld = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("minyi-field-") && name !== CACHE).map((name) => caches.delete(name)));
  };
  event.waitUntil(dropOld().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.method === "GET" && FILES.includes(pathname)) event.respondWith(fromDevice(pathname, event.request));
});

async function fromDevice(pathname, request) {
  return (await (await caches.open(CACHE)).match(pathname)) ?? fetch(request);
}
