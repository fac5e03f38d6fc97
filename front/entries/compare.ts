/** Before and after, one over the other: <div data-compare data-label="…"> with two figures in it.
 *
 * The slider is a plain range: mouse, finger, arrow keys and screen readers work by themselves.
 * Without this script the pictures stand side by side.
 */

import { findAll, make } from "../lib/dom";

for (const box of findAll("[data-compare]")) {
  const slider = make("input", {
    type: "range",
    class: "compare__slider",
    min: "0",
    max: "100",
    value: "50",
    "aria-label": box.dataset.label ?? "",
  });
  const show = (): void => box.style.setProperty("--part", `${slider.value}%`);
  slider.addEventListener("input", show);
  show();
  box.classList.add("compare--over");
  box.append(make("span", { class: "compare__line", "aria-hidden": "true" }), slider);
}
