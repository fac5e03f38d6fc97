/** Turns notices on and off on this device: asks the browser, tells the server. */

import { find, need, words } from "../lib/dom";

const box = find("[data-push]");
if (box && "serviceWorker" in navigator && "PushManager" in window) void start(box);

const PATIENCE = 20_000;

async function start(box: HTMLElement): Promise<void> {
  const say = words(box);
  const said = need("[data-push-said]", box);
  const on = need<HTMLButtonElement>("[data-push-on]", box);
  const off = need<HTMLButtonElement>("[data-push-off]", box);
  const worker = await navigator.serviceWorker.ready;
  const show = async (): Promise<void> => {
    const subscribed = Boolean(await worker.pushManager.getSubscription());
    said.textContent = say(subscribed ? "on" : "off");
    on.hidden = subscribed;
    off.hidden = !subscribed;
  };
  on.addEventListener("click", async () => {
    said.textContent = say("asking");
    if ((await Notification.requestPermission()) !== "granted") {
      said.textContent = say("denied");
      return;
    }
    try {
      await tell(box, await patiently(subscribe(worker, box.dataset.key!)));
      location.reload();
    } catch (failure) {
      console.warn(failure);
      said.textContent = say("failed");
    }
  });
  off.addEventListener("click", async () => {
    // the address dies with it: the server learns so at the next notice, and the list shows it till then
    await (await worker.pushManager.getSubscription())?.unsubscribe();
    await show();
  });
  await show();
}

function subscribe(worker: ServiceWorkerRegistration, key: string): Promise<PushSubscription> {
  return worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

/** A browser with no push service of its own never answers. */
function patiently<T>(work: Promise<T>): Promise<T> {
  return Promise.race([work, new Promise<never>((_, fail) => setTimeout(() => fail(new Error("no answer")), PATIENCE))]);
}

async function tell(box: HTMLElement, subscription: PushSubscription): Promise<void> {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": box.dataset.csrf! };
  const answer = await fetch(box.dataset.add!, { method: "POST", headers, body: JSON.stringify(subscription) });
  if (!answer.ok) throw new Error(`notices: ${answer.status}`);
}
