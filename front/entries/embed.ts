/** Inside a widget's frame: tells the page around how high it is, and asks it to open the form over itself. */

import { find, findAll } from "../lib/dom";

const around = window.parent;
const framed = around !== window;
const tell = (said: Record<string, unknown>): void => around.postMessage({ otklik: 1, ...said }, "*");

if (framed) {
  const main = find("#main")!;
  const height = (): void => tell({ height: Math.ceil(main.getBoundingClientRect().height) });
  new ResizeObserver(height).observe(main);
  height();
  for (const link of findAll<HTMLAnchorElement>("a[data-open]"))
    link.addEventListener("click", (event) => {
      event.preventDefault();
      tell({ open: link.href });
    });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") tell({ close: true });
  });
  const number = find("[data-sent] [data-number]")?.textContent;
  if (number) tell({ sent: number });
}
find("[data-focus-here]")?.focus();
