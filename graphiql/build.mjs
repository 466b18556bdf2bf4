// Bundles the page into dist/: hashed names, and bundle.json (written last) that names the entry files.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, 'dist');

const shared = {
  absWorkingDir: here,
  outdir: dist,
  bundle: true,
  minify: true,
  target: 'es2022',
  legalComments: 'linked',
  entryNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  loader: { '.ttf': 'file' },
  define: { 'process.env.NODE_ENV': '"production"' },
  metafile: true,
  logLevel: 'warning',
};

/** Bundles one entry point; answers the names of the script and, if there is one, of its style. */
async function bundle(name, entry, options) {
  const { metafile } = await build({ ...shared, ...options, entryPoints: { [name]: entry } });
  const [script, { cssBundle }] = Object.entries(metafile.outputs).find(
    ([path, { entryPoint }]) => entryPoint !== undefined && path.endsWith('.js'),
  );
  return { script: basename(script), style: cssBundle && basename(cssBundle) };
}

await rm(dist, { recursive: true, force: true });
await mkdir(dist);

const workers = {};
for (const [label, entry] of Object.entries({
  editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
  json: 'monaco-editor/esm/vs/language/json/json.worker.js',
  graphql: 'monaco-graphql/esm/graphql.worker.js',
})) {
  workers[label] = (await bundle(`${label}.worker`, entry, { format: 'iife' })).script;
}

const page = await bundle('graphiql', 'src/main.jsx', {
  format: 'esm',
  jsx: 'automatic',
  define: { ...shared.define, WORKERS: JSON.stringify(workers) },
});
await writeFile(join(dist, 'bundle.json'), `${JSON.stringify(page, null, 2)}\n`);
