/** The places of a discussed document on a map: `<div class="map" data-document-map>` beside the parts
 * with `data-kind="point"`, which say the same in words. A press leads to the part, where one writes.
 */

import { find, findAll } from "../lib/dom";

const frame = find("[data-document-map]");
if (frame) {
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    mount(frame).catch((reason: unknown) => {
      console.warn(reason);
      frame.hidden = true; // the list of places stays
    });
  });
  frame.hidden = false;
  seen.observe(frame);
}

async function mount(frame: HTMLElement): Promise<void> {
  const [{ createMap }, { Popup }] = await Promise.all([import("../lib/map"), import("maplibre-gl")]);
  const parts = findAll("[data-kind=point][data-lat]");
  const spots = parts.map((each) => [Number(each.dataset.lon), Number(each.dataset.lat)] as [number, number]);
  const [lons, lats] = [spots.map(([lon]) => lon), spots.map(([, lat]) => lat)];
  const bounds: [number, number, number, number] = [Math.min(...lons) - 0.004, Math.min(...lats) - 0.002, Math.max(...lons) + 0.004, Math.max(...lats) + 0.002];
  const { map } = await createMap(frame, { bounds, cooperative: true, padding: 32 });
  const colour = getComputedStyle(document.documentElement).getPropertyValue("--brand").trim() || "#0b5f6b";
  const features = parts.map((each, place): GeoJSON.Feature => ({ type: "Feature", properties: { key: each.id, title: each.dataset.title }, geometry: { type: "Point", coordinates: spots[place]! } }));
  map.addSource("places", { type: "geojson", data: { type: "FeatureCollection", features } });
  map.addLayer({ id: "places", type: "circle", source: "places", paint: { "circle-radius": 9, "circle-color": colour, "circle-stroke-color": "#fff", "circle-stroke-width": 3 } });
  map.on("click", "places", (event) => {
    const about = event.features?.[0]?.properties as { key: string; title: string } | undefined;
    if (!about) return;
    const link = document.createElement("a");
    link.href = `#${about.key}`;
    link.textContent = about.title;
    new Popup({ maxWidth: "260px" }).setLngLat(event.lngLat).setDOMContent(link).addTo(map);
  });
  frame.dataset.ready = "1";
}
