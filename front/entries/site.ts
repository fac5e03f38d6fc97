/** What every page may use; each does its part only where the markup asks, and pages work without it.
 *
 *   <button data-open="id">          opens <dialog id="id">; <button data-close> inside closes it
 *   <form data-once>                 a second press does not send twice
 *   <form data-solve>                solves the puzzle that a guest is given in a storm, and sends itself: lib/puzzle.ts
 *   <form data-auto>                 sends itself when a filter in it changes
 *   <button data-copy="text" data-copied="Скопировано">   copies; says so on itself
 *   <button data-print>              prints
 *   <button hidden …>                the above shows them: they need a script
 *   <form data-leave>                signing out: what was written goes too, others may sit here next
 *   <div data-waits>                 shows the messages that wait in the phone, and sends them: lib/watch.ts
 */

import { findAll, find } from "../lib/dom";
import { DRAFT, PHOTOS, shelf, WAITS, WHO } from "../lib/shelf";

document.documentElement.dataset.js = "";

for (const control of findAll("[data-open], [data-copy], [data-print]")) control.hidden = false;

document.addEventListener("click", (event) => {
  const control = (event.target as Element).closest<HTMLElement>("[data-open], [data-close], [data-copy], [data-print]");
  if (!control) return;
  const { open, copy } = control.dataset;
  if (open) find<HTMLDialogElement>(`#${CSS.escape(open)}`)?.showModal();
  if (control.matches("[data-close]")) control.closest("dialog")?.close();
  if (control.matches("[data-print]")) window.print();
  if (copy) void navigator.clipboard.writeText(copy).then(() => said(control));
});

function said(control: HTMLElement): void {
  const before = control.textContent;
  control.setAttribute("aria-live", "polite");
  control.textContent = control.dataset.copied ?? "✓";
  setTimeout(() => (control.textContent = before), 2500);
}

const puzzled = find<HTMLFormElement>("form[data-solve]");
if (puzzled) void import("../lib/puzzle").then(({ solveAndSend }) => solveAndSend(puzzled));

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!form.matches("[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-busy", "true");
});

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!form.matches("[data-leave]")) return;
  event.preventDefault();
  void leave(form);
});

/** What a person wrote does not stay for who sits here next. */
async function leave(form: HTMLFormElement): Promise<void> {
  if (shelf.getItem(WAITS) && !(await (await import("../lib/watch")).leave())) return;
  shelf.removeItem(DRAFT);
  if (shelf.getItem(PHOTOS)) await (await import("../lib/photos")).keepDraft([]).catch(() => undefined);
  shelf.removeItem(PHOTOS);
  await deaf().catch(() => undefined);
  form.submit();
}

/** Notices for who signs out do not come up for who sits here next. */
async function deaf(): Promise<void> {
  const worker = await navigator.serviceWorker?.getRegistration();
  await (await worker?.pushManager?.getSubscription())?.unsubscribe();
  await navigator.clearAppBadge?.();
}

/** The number on the application's icon is that of the messages with news. */
const unread = find("[data-unread]")?.dataset.unread;
if (unread && "setAppBadge" in navigator) void navigator.setAppBadge(Number(unread)).catch(() => undefined);

const { who } = document.documentElement.dataset;
if (who !== undefined) shelf.setItem(WHO, who);
if (shelf.getItem(WAITS)) void import("../lib/watch").then(({ watch }) => watch());

// A page taken back from the browser's memory must be ready to send again.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of findAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of findAll('[aria-busy="true"]')) button.removeAttribute("aria-busy");
});

document.addEventListener("change", (event) => {
  (event.target as Element).closest<HTMLFormElement>("form[data-auto]")?.requestSubmit();
});

find('[data-mistakes] [role=alert], .mistakes[tabindex="-1"]')?.focus();

if ("serviceWorker" in navigator && find('link[rel="manifest"]'))
  addEventListener("load", () => void navigator.serviceWorker.register("/sw.js").catch(() => undefined));
