// Bundles front/entries/*.ts and front/css/*.css into otklik/faces/static/build/ and copies
// what they need beside: fonts, pictures, the map's worker and its data.
//   node front/build.mjs            build once
//   node front/build.mjs --watch    build at every change
//   node front/build.mjs --sizes    build and tell the sizes as they travel

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build, context } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(root, "otklik/faces/static/build");
const modules = join(root, "node_modules");
const named = (folder, extension) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(extension))
    .map((name) => join(root, folder, name));

const made = new Set();

/** Copies a file; with a hash in its name it may be cached for ever. Returns its address from build/. */
function put(from, to, { hashed = false } = {}) {
  const content = readFileSync(from);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8);
  const address = hashed ? to.replace(/(\.\w+)$/, `-${hash}$1`) : to;
  mkdirSync(dirname(join(out, address)), { recursive: true });
  writeFileSync(join(out, address), content);
  made.add(address);
  return address;
}

function copyAll() {
  const font = join(modules, "@fontsource-variable/golos-text/files");
  for (const script of ["cyrillic", "latin"])
    put(join(font, `golos-text-${script}-wght-normal.woff2`), `fonts/golos-${script}.woff2`);
  for (const picture of readdirSync(join(root, "front/img")))
    put(join(root, "front/img", picture), `img/${picture}`);
  return {
    worker: put(join(modules, "maplibre-gl/dist/maplibre-gl-worker.mjs"), "map/worker.js", { hashed: true }),
    base: put(join(root, "data/map/base.topo.json"), "map/base.json", { hashed: true }),
  };
}

function sizes() {
  const rows = readdirSync(out, { recursive: true })
    .map((name) => join(out, name))
    .filter((path) => /\.(js|css|json|svg|woff2|png)$/.test(path))
    .map((path) => [relative(out, path), readFileSync(path)])
    .map(([name, content]) => [name, content.length, /woff2|png/.test(name) ? content.length : gzipSync(content, { level: 9 }).length])
    .sort((a, b) => b[2] - a[2]);
  for (const [name, raw, packed] of rows)
    console.log(`${String(raw).padStart(9)} ${String(packed).padStart(8)}  ${name}`);
}

/** What a phone keeps to work with no network: the two entries with all they import, but no map. */
function shell(results) {
  const outputs = Object.assign({}, ...results.map(({ metafile }) => metafile.outputs));
  const reached = new Set();
  const reach = (path) => {
    if (reached.has(path) || /maplibre|pmtiles|\/map-/.test(path) || !outputs[path]) return;
    reached.add(path);
    for (const { path: next } of outputs[path].imports) reach(next);
  };
  for (const path of Object.keys(outputs))
    if (/^front\/(entries\/(site|form)\.ts|css\/main\.css)$/.test(outputs[path].entryPoint ?? "")) reach(path);
  const scripts = [...reached].map((path) => relative(out, resolve(root, path)));
  const files = [...scripts, ...[...made].filter((name) => /^(fonts|img)\//.test(name))].sort();
  const version = createHash("sha256");
  for (const name of files) version.update(readFileSync(join(out, name)));
  return { files, version: version.digest("hex").slice(0, 12) };
}

/** The service worker knows by name and version what was just built, so it is built after all else. */
function worker(results) {
  return {
    ...common,
    entryPoints: [join(root, "front/worker/sw.ts")],
    format: "iife",
    define: { SHELL: JSON.stringify(shell(results)) },
  };
}

/** Removes what an earlier build left; the rest stays in place while the site is being served. */
function sweep(results) {
  for (const { metafile } of results)
    for (const path of Object.keys(metafile.outputs)) made.add(relative(out, resolve(root, path)));
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile() && !made.has(relative(out, path))) rmSync(path);
  }
}

/** Puts a compressed copy beside each text: the server gives it to browsers that take it. */
function pack() {
  for (const name of readdirSync(out, { recursive: true }).filter((each) => /\.(js|css|json|svg)$/.test(each))) {
    const content = readFileSync(join(out, name));
    if (content.length < 1000) continue;
    writeFileSync(join(out, `${name}.gz`), gzipSync(content, { level: 9 }));
    writeFileSync(join(out, `${name}.br`), brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
  }
}

mkdirSync(out, { recursive: true });
const assets = copyAll();
const common = {
  absWorkingDir: root,
  metafile: true,
  outdir: out,
  bundle: true,
  minify: true,
  sourcemap: false,
  legalComments: "none",
  logLevel: "warning",
  target: ["chrome107", "firefox110", "safari16"],
};
const works = [
  {
    ...common,
    entryPoints: named("front/entries", ".ts"),
    format: "esm",
    splitting: true,
    chunkNames: "[name]-[hash]",
    loader: { ".geojson": "json" },
    define: { ASSETS: JSON.stringify(assets) },
  },
  {
    ...common,
    entryPoints: ["w", "pos"].map((name) => join(root, `front/widget/${name}.ts`)),
    format: "iife", // for other sites: one plain file, no modules
  },
  {
    ...common,
    entryPoints: named("front/css", ".css").filter((path) => !basename(path).startsWith("_")),
    external: ["*.woff2", "*.svg"],
  },
];
if (process.argv.includes("--watch")) {
  for (const work of works) await (await context({ ...work, logLevel: "info" })).watch();
} else {
  const done = await Promise.all(works.map(build));
  sweep([...done, await build(worker(done))]);
  pack();
  if (process.argv.includes("--sizes")) sizes();
}
