/** Addresses of the copied files from build/, put in by build.mjs. */
declare const ASSETS: { worker: string; base: string };

declare module "*.geojson" {
  const content: import("geojson").FeatureCollection<import("geojson").Point>;
  export default content;
}
