/** Messages that wait in the phone until they are sent: written down first, taken off when accepted.
 *
 * Pages and the service worker send by the same code, one at a time under one lock; whoever is killed,
 * the next goes on. The key that a message got when it was written makes a repetition harmless.
 */

import { createStore, del, get, set, update, values } from "idb-keyval";
import { Refusal, tokenOf, upload, type Sending } from "./tus";

export interface Waiting {
  key: string;
  who: string;
  at: number;
  title: string;
  fields: [string, string][];
  photos: Sending[];
  state: "waits" | "refused" | "sent";
  problems?: string[];
  number?: string;
  page?: string;
}

export type Told = (done: number, total: number) => void;
export const TAG = "otklik.waiting";
const store = createStore("otklik-waiting", "messages");
const DOOR = "/send/waiting/";
const PATIENCE = 120_000;

const channel = "BroadcastChannel" in self ? new BroadcastChannel(TAG) : undefined;
/** Tells the other pages, and ourselves, that something has changed. */
export const changed = (progress?: number): void => channel?.postMessage({ progress });
export const listen = (hear: (progress: number | undefined) => void): void => {
  new BroadcastChannel(TAG).addEventListener("message", ({ data }) => hear((data as { progress?: number }).progress));
};

export const all = async (): Promise<Waiting[]> => (await values<Waiting>(store)).sort((one, other) => one.at - other.at);
export const one = (key: string): Promise<Waiting | undefined> => get<Waiting>(key, store);
export const left = async (): Promise<Waiting[]> => (await all()).filter(({ state }) => state === "waits");

export async function keep(message: Waiting): Promise<void> {
  await set(message.key, message, store);
  changed();
}

export async function drop(key: string): Promise<void> {
  await del(key, store);
  changed();
}

export function change(key: string, what: Partial<Waiting>): Promise<void> {
  return update<Waiting>(key, (known) => ({ ...known!, ...what }), store);
}

/** Does something while nobody else sends; a page that was killed holds no lock. */
export function alone<T>(work: () => Promise<T>): Promise<T> {
  return "locks" in navigator ? (navigator.locks.request(TAG, work) as Promise<T>) : work();
}

/** Sends all that waits; returns how many still do. Never throws for what a network may do. */
export function flush(): Promise<number> {
  return alone(async () => {
    for (const message of await left()) {
      try {
        await deliver(message, (done, total) => changed(done / total));
      } catch (failure) {
        console.warn("It waits on", failure);
        break; // no network for one is none for the others
      } finally {
        changed();
      }
    }
    return (await left()).length;
  });
}

/** Sends the files of a message, as far as they are not there; remembers where each goes. */
export async function uploadAll(message: Waiting, told: Told): Promise<void> {
  const total = message.photos.reduce((sum, { blob }) => sum + blob.size, 0);
  let before = 0;
  for (const photo of message.photos) {
    const kept = () => change(message.key, { photos: message.photos });
    await upload(photo, kept, (bytes) => told(before + bytes, total));
    before += photo.blob.size;
  }
}

export function bodyOf(message: Waiting): FormData {
  const body = new FormData();
  for (const [name, value] of message.fields) body.append(name, value);
  for (const { address } of message.photos) body.append("uploaded", tokenOf(address!));
  return body;
}

async function deliver(message: Waiting, told: Told): Promise<void> {
  try {
    await uploadAll(message, told);
  } catch (failure) {
    if (!(failure instanceof Refusal)) throw failure;
    return change(message.key, { state: "refused", problems: [failure.message] });
  }
  const body = bodyOf(message);
  body.set("who", message.who);
  const answer = await fetch(DOOR, { method: "POST", body, signal: AbortSignal.timeout(PATIENCE) });
  const said = (await answer.json()) as { number?: string; page?: string; problems?: string[] };
  if (answer.status === 201) {
    // what was written leaves the phone; only its number stays, until it has been seen
    return change(message.key, { state: "sent", fields: [], photos: [], title: "", number: said.number!, page: said.page! });
  }
  if (answer.status === 422) return change(message.key, { state: "refused", problems: said.problems ?? [] });
  if (answer.status === 409) return change(message.key, { problems: said.problems ?? [] });
  if (answer.status === 410) await change(message.key, { photos: message.photos.map(({ name, blob }) => ({ name, blob })) });
  throw new Error(`waiting: ${answer.status}`);
}

/** Asks the browser to wake the worker when the network returns, where it can. */
export async function wakeLater(): Promise<void> {
  if (!("serviceWorker" in navigator) || !navigator.serviceWorker.controller) return;
  const ready = (await navigator.serviceWorker.ready) as ServiceWorkerRegistration & {
    sync?: { register(tag: string): Promise<void> };
  };
  await ready.sync?.register(TAG).catch(() => undefined); // refused in a private window: pages do it
}
