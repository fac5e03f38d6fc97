/** The place on a map: a fixed pin in the middle, the map moves under it.
 *
 *   <div data-pin>
 *     <input type="hidden" name="lat"> <input type="hidden" name="lon">
 *     <div class="map map--pick" data-pin-map data-label="…" data-pmtiles="…">
 *       <div class="map__cover" data-pin-cover>…</div>
 *       <svg class="map__pin">…</svg><span class="map__shade"></span>
 *     </div>
 *     <button type="button" data-pin-here hidden>Я сейчас здесь</button>
 *     <p data-pin-said role="status"></p>
 *     <template data-words> chosen, near, closer, outside, failed, denied, searching </template>
 *   </div>
 *
 * Arrows move the map by 40 px, with Shift by 8; + and − zoom. Fires `change` on the two inputs.
 */

import type { Map as MapLibre } from "maplibre-gl";
import { find, later, need, words } from "./dom";
import { whereabouts, type Base } from "./base";

const CLOSE = 14;
const ROUGH = 11;

export async function mountPicker(root: HTMLElement): Promise<void> {
  if (root.dataset.mounted) return;
  root.dataset.mounted = "1";
  await new Picker(root).start();
}

class Picker {
  private readonly lat: HTMLInputElement;
  private readonly lon: HTMLInputElement;
  private readonly frame: HTMLElement;
  private readonly said: HTMLElement;
  private readonly say: ReturnType<typeof words>;
  private map: MapLibre | undefined;
  private base: Base | undefined;
  private touched = false;

  constructor(private readonly root: HTMLElement) {
    this.lat = need<HTMLInputElement>('input[name="lat"]', root);
    this.lon = need<HTMLInputElement>('input[name="lon"]', root);
    this.frame = need("[data-pin-map]", root);
    this.said = need("[data-pin-said]", root);
    this.say = words(root);
    this.touched = this.value() !== null;
    const here = find("[data-pin-here]", root);
    if (here && "geolocation" in navigator) {
      here.hidden = false;
      here.addEventListener("click", () => this.locate());
    }
  }

  async start(): Promise<void> {
    const value = this.value();
    try {
      const { createMap } = await import("./map"); // heavy, and not there with no network
      const place = value ? { center: value, zoom: CLOSE } : {};
      const { map, base } = await createMap(this.frame, { ...place, padding: 8 });
      [this.map, this.base] = [map, base];
    } catch (reason) {
      console.warn(reason);
      const cover = find("[data-pin-cover]", this.frame);
      if (cover) cover.textContent = this.say("failed");
      return;
    }
    find("[data-pin-cover]", this.frame)?.remove();
    this.listen(this.map);
    if (value) this.tell();
  }

  private value(): [number, number] | null {
    const [lon, lat] = [Number(this.lon.value), Number(this.lat.value)];
    return this.lat.value && this.lon.value && Number.isFinite(lat + lon) ? [lon, lat] : null;
  }

  private listen(map: MapLibre): void {
    map.scrollZoom.disable(); // the page's wheel stays the page's until the map is touched
    const wake = () => map.scrollZoom.enable();
    map.on("mousedown", wake);
    map.on("touchstart", wake);
    map.on("movestart", () => (this.frame.dataset.moving = ""));
    map.on("moveend", (event) => {
      delete this.frame.dataset.moving;
      if ((event as { originalEvent?: Event }).originalEvent || this.touched) this.take();
    });
    map.getCanvas().addEventListener("keydown", (event) => this.key(event), { capture: true });
    for (const button of this.frame.querySelectorAll(".map__zoom button"))
      button.addEventListener("click", () => (this.touched = true), { capture: true });
  }

  private key(event: KeyboardEvent): void {
    const step = event.shiftKey ? 8 : 40;
    const way = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    if ("+-=".includes(event.key) || way) this.touched = true;
    if (!way) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.map!.panBy(way as [number, number], { duration: 0 });
  }

  /** Puts the middle of the map into the form. */
  private take(): void {
    this.touched = true;
    const { lng, lat } = this.map!.getCenter();
    this.put(lng, lat);
  }

  private put(lon: number, lat: number): void {
    this.lat.value = lat.toFixed(6);
    this.lon.value = lon.toFixed(6);
    for (const input of [this.lat, this.lon]) input.dispatchEvent(new Event("change", { bubbles: true }));
    this.tell();
  }

  private readonly tell = later(350, () => {
    const value = this.value();
    if (!value) return;
    const [lon, lat] = value;
    const place = { lat: lat.toFixed(5), lon: lon.toFixed(5) };
    const found = this.base && whereabouts(this.base, lon, lat);
    const rough = this.map && this.map.getZoom() < ROUGH;
    const key = !this.base ? "chosen" : !found ? "outside" : rough ? "closer" : found.territory === found.town ? "chosen" : "near";
    const km = found ? (found.km < 9.95 ? found.km.toFixed(1) : found.km.toFixed(0)).replace(".", ",") : "";
    this.said.textContent = this.say(key, { ...place, ...found, place: found?.town ?? "", km });
    this.root.toggleAttribute("data-outside", key === "outside");
  });

  private locate(): void {
    this.said.textContent = this.say("searching");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        this.touched = true;
        if (this.map) this.map.jumpTo({ center: [coords.longitude, coords.latitude], zoom: Math.max(CLOSE + 1, this.map.getZoom()) });
        this.put(coords.longitude, coords.latitude);
      },
      () => (this.said.textContent = this.say("denied")),
      { enableHighAccuracy: true, timeout: 12_000, maximumAge: 30_000 },
    );
  }
}
