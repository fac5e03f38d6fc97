/** The service worker: with no network there is still the form to write in, and a page that says so.
 *
 * Pages come from the network first and are never kept: only the two shells are, asked for without
 * cookies, so that they belong to nobody. Static files are kept by the version of the build.
 */

interface Waits extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asked extends Waits {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  addEventListener(type: "install" | "activate", listener: (event: Waits) => void): void;
  addEventListener(type: "fetch", listener: (event: Asked) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
}

declare const SHELL: { version: string; files: string[] };

const worker = self as unknown as Worker;
const STATIC = "/static/build/";
const KEPT = `otklik-${SHELL.version}`;
const OFFLINE = "/offline/";
const FORM = "/offline/send/";
const WRITING = "/send/";
const HASHED = /-[A-Z0-9]{8}\.\w+$|-[0-9a-f]{8}\.\w+$/;
const NOT_OURS = /^\/(desk|admin|monitor|live|api|open311|demo|w)\//;
const DAY = 86_400_000;

worker.addEventListener("install", (event) => {
  event.waitUntil(prepare().then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(sweep().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin || request.method !== "GET" || NOT_OURS.test(pathname)) return;
  if (pathname.startsWith(STATIC)) event.respondWith(file(request, pathname));
  else if (request.mode === "navigate") event.respondWith(page(event, pathname));
});

/** Takes a shell without cookies: what is in it is the same for everybody. */
const shell = (address: string): Request => new Request(address, { credentials: "omit", cache: "no-cache" });

async function prepare(): Promise<void> {
  const cache = await caches.open(KEPT);
  await cache.addAll([...SHELL.files.map((name) => STATIC + name), shell(OFFLINE), shell(FORM)]);
}

async function sweep(): Promise<void> {
  for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
}

/** A name with a hash never changes; the others are asked for, and taken from here with no network. */
async function file(request: Request, pathname: string): Promise<Response> {
  const cache = await caches.open(KEPT);
  const known = await cache.match(request, { ignoreVary: true });
  const lasting = HASHED.test(pathname);
  if (known && lasting) return known;
  try {
    const answer = await fetch(request);
    if (lasting && answer.ok) void cache.put(request, answer.clone());
    return answer;
  } catch (failure) {
    if (known) return known;
    throw failure;
  }
}

async function page(event: Asked, pathname: string): Promise<Response> {
  try {
    const answer = await fetch(event.request);
    event.waitUntil(refresh().catch(() => undefined));
    return answer;
  } catch {
    const cache = await caches.open(KEPT);
    const kept = await cache.match(pathname === WRITING ? FORM : OFFLINE, { ignoreVary: true });
    return kept ?? Response.error();
  }
}

/** Takes the shells anew once a day: limits, topics and words change without a new build. */
async function refresh(): Promise<void> {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(FORM, { ignoreVary: true });
  const made = Date.parse(kept?.headers.get("Date") ?? "");
  if (!kept || Date.now() - made < DAY) return;
  await cache.addAll([shell(OFFLINE), shell(FORM)]);
}
