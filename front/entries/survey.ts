/** A survey's page, made easier: a map for each question about a place, beside its line of text.
 *
 * What is shown on the map is written into that line as coordinates; without a script, or where no
 * map opens, one writes an address as before. What is typed is kept as a draft while one types.
 */

import { find, findAll, later, need, words } from "../lib/dom";
import { mountPicker } from "../lib/picker";

for (const root of findAll("[data-point]")) point(root);
const form = find<HTMLFormElement>("form[data-autosave]");
if (form) keep(form);

function point(root: HTMLElement): void {
  const line = document.getElementById(root.dataset.point ?? "");
  if (!(line instanceof HTMLInputElement)) return;
  const [open, pin] = [need<HTMLButtonElement>("[data-point-open]", root), need("[data-pin]", root)];
  const [lat, lon] = [need<HTMLInputElement>('[name="lat"]', pin), need<HTMLInputElement>('[name="lon"]', pin)];
  const known = /^\s*(-?\d+\.\d+)[\s,;]+(-?\d+\.\d+)\s*$/.exec(line.value);
  if (known) [lat.value, lon.value] = [known[1] ?? "", known[2] ?? ""];
  root.hidden = false;
  open.addEventListener("click", () => {
    pin.hidden = !pin.hidden;
    open.setAttribute("aria-expanded", String(!pin.hidden));
    if (!pin.hidden) void mountPicker(pin);
  });
  pin.addEventListener("change", () => {
    line.value = `${Number(lat.value).toFixed(5)}, ${Number(lon.value).toFixed(5)}`;
    line.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

/** Sends what is typed to the server as a draft, a moment after typing: a closed tab loses nothing. */
function keep(form: HTMLFormElement): void {
  const [state, say] = [need("[data-state]", form), words(form)];
  let sent = false;
  const save = later(1200, () => {
    if (sent) return;
    const said = new FormData(form);
    for (const [name, value] of [...said]) if (value instanceof File) said.delete(name); // a file goes with the page
    fetch(location.href, { method: "POST", body: said, headers: { "X-Autosave": "1" } })
      .then((answer) => (state.textContent = answer.status === 204 ? say("kept") : ""))
      .catch(() => (state.textContent = say("offline")));
  });
  form.addEventListener("input", save);
  form.addEventListener("submit", () => (sent = true));
}
