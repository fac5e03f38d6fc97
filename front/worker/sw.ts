/** The service worker: with no network there is still the form to write in, and a page that says so.
 *
 * Pages come from the network first and are never kept: only the two shells are, asked for without
 * cookies, so that they belong to nobody. Static files are kept by the version of the build. What was
 * written with no network is sent from here when it returns.
 */

import { putShared } from "../lib/photos";
import { flush, TAG } from "../lib/waiting";

interface Waits extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asked extends Waits {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Sync extends Waits {
  readonly tag: string;
}
interface Pushed extends Waits {
  readonly data: { json(): unknown } | null;
}
interface Pressed extends Waits {
  readonly notification: Notification;
}
interface Window_ {
  readonly url: string;
  focus(): Promise<unknown>;
  navigate(address: string): Promise<unknown>;
}
interface Worker {
  addEventListener(type: "push", listener: (event: Pushed) => void): void;
  addEventListener(type: "notificationclick", listener: (event: Pressed) => void): void;
  readonly registration: ServiceWorkerRegistration;
  addEventListener(type: "sync", listener: (event: Sync) => void): void;
  addEventListener(type: "install" | "activate", listener: (event: Waits) => void): void;
  addEventListener(type: "fetch", listener: (event: Asked) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: { type: "window" }): Promise<Window_[]>;
    openWindow(address: string): Promise<unknown>;
  };
}

declare const SHELL: { version: string; files: string[] };

const worker = self as unknown as Worker;
const STATIC = "/static/build/";
const KEPT = `otklik-${SHELL.version}`;
const OFFLINE = "/offline/";
const FORM = "/offline/send/";
const WRITING = "/send/";
const SHARE = "/share/";
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
  if (origin === location.origin && request.method === "POST" && pathname === SHARE) return event.respondWith(shared(request));
  if (origin !== location.origin || request.method !== "GET" || NOT_OURS.test(pathname)) return;
  if (pathname.startsWith(STATIC)) event.respondWith(file(request, pathname));
  else if (request.mode === "navigate") event.respondWith(page(event, pathname));
});

/** The network is back, maybe with no page open. What still waits fails the event: it comes again. */
worker.addEventListener("sync", (event) => {
  if (event.tag !== TAG) return;
  event.waitUntil(flush().then((left) => (left ? Promise.reject(new Error("it waits on")) : undefined)));
});

interface Notice {
  title: string;
  body: string;
  page: string;
  tag: string;
  unread: number;
}

worker.addEventListener("push", (event) => {
  const notice = event.data?.json() as Notice | undefined;
  if (notice) event.waitUntil(tell(notice));
});

async function tell({ title, body, page: address, tag, unread }: Notice): Promise<void> {
  const pictures = { icon: `${STATIC}img/icon-192.png`, badge: `${STATIC}img/badge-96.png` };
  await worker.registration.showNotification(title, { body, tag, data: address, ...pictures });
  await navigator.setAppBadge?.(unread);
}

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(String(event.notification.data)));
});

async function open(address: string): Promise<void> {
  const [window] = await worker.clients.matchAll({ type: "window" });
  if (!window) return void (await worker.clients.openWindow(address));
  await window.focus();
  await window.navigate(address);
}

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

/** Another application shared a photo or a text: it stays in the phone, and the form opens with it. */
async function shared(request: Request): Promise<Response> {
  const given = await request.formData();
  const said = ["title", "text", "url"].map((name) => given.get(name)).filter((each): each is string => typeof each === "string" && each !== "");
  const photos = given.getAll("photos").filter((each): each is File => each instanceof File && each.size > 0);
  await putShared({ text: [...new Set(said)].join("\n"), photos });
  return Response.redirect(`${WRITING}?shared=1`, 303);
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
