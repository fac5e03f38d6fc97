/** The public map: `<div class="map" data-public-map="/messages.geojson">`; a list beside it says the same. */

import { english, find, findAll, make } from "../lib/dom";

const COLOURS: Record<string, string> = { work: "#b45309", answered: "#0b5f6b", solved: "#2e7d32", closed: "#6b6b6b" };

async function mount(element: HTMLElement): Promise<void> {
  const [{ createMap }, { Popup }, answer] = await Promise.all([
    import("../lib/map"),
    import("maplibre-gl"),
    fetch(`${element.dataset.publicMap}?language=${english() ? "en" : "ru"}`),
  ]);
  const data = (await answer.json()) as GeoJSON.FeatureCollection<GeoJSON.Point, Record<string, string>>;
  const { map } = await createMap(element, { cooperative: true });
  map.addSource("messages", { type: "geojson", data, cluster: true, clusterRadius: 44, clusterMaxZoom: 13 });
  map.addLayer({
    id: "crowds", type: "circle", source: "messages", filter: ["has", "point_count"],
    paint: { "circle-color": "#0b5f6b", "circle-opacity": 0.85, "circle-stroke-color": "#fff", "circle-stroke-width": 2,
      "circle-radius": ["interpolate", ["linear"], ["get", "point_count"], 2, 14, 500, 34] },
  });
  map.addLayer({
    id: "counts", type: "symbol", source: "messages", filter: ["has", "point_count"],
    layout: { "text-field": ["get", "point_count_abbreviated"], "text-size": 13, "text-font": ["Golos"] },
    paint: { "text-color": "#fff" },
  });
  map.addLayer({
    id: "points", type: "circle", source: "messages", filter: ["!", ["has", "point_count"]],
    paint: { "circle-radius": 8, "circle-stroke-color": "#fff", "circle-stroke-width": 2,
      "circle-color": ["match", ["get", "group"], ...Object.entries(COLOURS).flat(), "#6b6b6b"] as never },
  });
  map.on("click", "crowds", (event) => map.easeTo({ center: event.lngLat, zoom: map.getZoom() + 2 }));
  map.on("click", "points", (event) => {
    const about = event.features?.[0]?.properties as Record<string, string> | undefined;
    if (!about) return;
    const link = make("a", { href: about.url ?? "#" }, about.title ?? "");
    new Popup({ maxWidth: "260px" }).setLngLat(event.lngLat).setDOMContent(make("div", {}, link, make("p", {}, about.status ?? ""))).addTo(map);
  });
  find("[data-map-cover]", element)?.remove();
  element.dataset.ready = "1";
}

for (const element of findAll("[data-public-map]")) {
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    const cover = find("[data-map-cover]", element); // a widget's map has its own words around
    if (cover) cover.hidden = false;
    mount(element).catch((failure: unknown) => {
      console.warn("no map", failure);
      if (cover) cover.textContent = cover.dataset.failed!;
    });
  });
  seen.observe(element);
}
