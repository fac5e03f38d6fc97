/** Covering parts of a photo by pointer and by keyboard: <div data-cover><img></div>.
 *
 * The number fields of the rows are the truth; a box over the picture is how a row looks. Without
 * this script the fields alone do the same.
 */

import { find, findAll, make, need, stamp } from "../lib/dom";

const SIDES = ["x", "y", "width", "height"] as const;
type Box = Record<(typeof SIDES)[number], number>;
const STEP = 1;
const SMALLEST = 1;

const stage = find("[data-cover]");
if (stage) begin(stage);

function begin(stage: HTMLElement): void {
  const body = need("[data-rows]");
  const template = need<HTMLTemplateElement>("template[data-row]");
  const shown = new Map<HTMLElement, HTMLElement>();
  const rows = (): HTMLElement[] => findAll("tr", body);
  const field = (row: HTMLElement, side: string) => need<HTMLInputElement>(`[name="${side}"]`, row);

  function read(row: HTMLElement): Box | null {
    const values = SIDES.map((side) => parseFloat(field(row, side).value.replace(",", ".")));
    if (values.some(Number.isNaN)) return null;
    return { x: values[0]!, y: values[1]!, width: values[2]!, height: values[3]! };
  }

  function write(row: HTMLElement, box: Box): void {
    const width = Math.min(100, Math.max(SMALLEST, box.width));
    const height = Math.min(100, Math.max(SMALLEST, box.height));
    const kept: Box = {
      width,
      height,
      x: Math.min(100 - width, Math.max(0, box.x)),
      y: Math.min(100 - height, Math.max(0, box.y)),
    };
    for (const side of SIDES) field(row, side).value = String(Math.round(kept[side] * 10) / 10);
    show(row);
  }

  function show(row: HTMLElement): void {
    const box = read(row);
    let cover = shown.get(row);
    if (!box) {
      cover?.remove();
      shown.delete(row);
      return;
    }
    if (!cover) {
      cover = make("button", { type: "button", class: "cover__box" }, make("span", { class: "cover__grip", "aria-hidden": "true" }));
      cover.addEventListener("keydown", (event) => press(event, row));
      cover.addEventListener("pointerdown", (event) => drag(event, row));
      shown.set(row, cover);
      stage.append(cover);
    }
    cover.style.left = `${box.x}%`;
    cover.style.top = `${box.y}%`;
    cover.style.width = `${box.width}%`;
    cover.style.height = `${box.height}%`;
    cover.setAttribute("aria-label", `${stage.dataset.box ?? ""} ${rows().indexOf(row) + 1}`);
  }

  /** Gives an empty row, a new one where there is none. */
  function vacant(): HTMLElement {
    const empty = rows().find((row) => SIDES.every((side) => !field(row, side).value.trim()));
    if (empty) return empty;
    const row = stamp(template);
    body.append(row);
    live(row);
    number();
    return row;
  }

  function number(): void {
    for (const [place, row] of rows().entries()) {
      need("[data-n]", row).textContent = String(place + 1);
      for (const control of findAll("[aria-label]", row))
        control.setAttribute("aria-label", control.getAttribute("aria-label")!.replace(/\s*\d*$/, ` ${place + 1}`));
    }
    for (const row of rows()) show(row);
  }

  function drop(row: HTMLElement): void {
    shown.get(row)?.remove();
    shown.delete(row);
    row.remove();
    number();
    need("[data-add]").focus();
  }

  function live(row: HTMLElement): void {
    const button = need("[data-drop]", row);
    button.hidden = false;
    button.addEventListener("click", () => drop(row));
    row.addEventListener("input", () => show(row));
    show(row);
  }

  function press(event: KeyboardEvent, row: HTMLElement): void {
    const box = read(row);
    const by = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      drop(row);
    } else if (box && by) {
      event.preventDefault();
      const [dx, dy] = by as [number, number];
      write(row, event.shiftKey ? { ...box, width: box.width + dx, height: box.height + dy } : { ...box, x: box.x + dx, y: box.y + dy });
    }
  }

  const at = (event: PointerEvent): { x: number; y: number } => {
    const frame = stage.getBoundingClientRect();
    return { x: ((event.clientX - frame.left) / frame.width) * 100, y: ((event.clientY - frame.top) / frame.height) * 100 };
  };

  function follow(event: PointerEvent, move: (to: { x: number; y: number }) => void): void {
    event.preventDefault();
    stage.setPointerCapture(event.pointerId);
    const moved = (next: PointerEvent): void => move(at(next));
    const done = (): void => {
      stage.removeEventListener("pointermove", moved);
      stage.removeEventListener("pointerup", done);
      stage.removeEventListener("pointercancel", done);
    };
    stage.addEventListener("pointermove", moved);
    stage.addEventListener("pointerup", done);
    stage.addEventListener("pointercancel", done);
  }

  function drag(event: PointerEvent, row: HTMLElement): void {
    const box = read(row);
    if (!box || event.button !== 0) return;
    event.stopPropagation();
    shown.get(row)?.focus();
    const from = at(event);
    const resizing = (event.target as Element).matches(".cover__grip");
    follow(event, (to) => {
      const [dx, dy] = [to.x - from.x, to.y - from.y];
      write(row, resizing ? { ...box, width: box.width + dx, height: box.height + dy } : { ...box, x: box.x + dx, y: box.y + dy });
    });
  }

  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const from = at(event);
    let row: HTMLElement | null = null;
    follow(event, (to) => {
      row ??= Math.abs(to.x - from.x) + Math.abs(to.y - from.y) > STEP ? vacant() : null;
      if (!row) return;
      write(row, {
        x: Math.max(0, Math.min(from.x, to.x)),
        y: Math.max(0, Math.min(from.y, to.y)),
        width: Math.abs(Math.max(0, Math.min(100, to.x)) - from.x),
        height: Math.abs(Math.max(0, Math.min(100, to.y)) - from.y),
      });
    });
  });

  const add = need("[data-add]");
  add.hidden = false;
  add.addEventListener("click", () => {
    const row = vacant();
    write(row, { x: 40, y: 40, width: 20, height: 20 });
    shown.get(row)?.focus();
  });
  need("[data-cover-help]").hidden = false;
  stage.classList.add("cover__stage--live");
  for (const row of rows()) live(row);
}
