/**
 * Bundles the entries of the package in the current folder into `dist`, straight from the sources: a file for each
 * entry and one for what several share. A service imports hundreds of small modules measurably slower than a few
 * files. Dependencies stay imports; declarations are `tsc`'s.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';
import { entriesOf, type Manifest } from './workspace-packages.ts';

const folder = process.cwd();
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
const entries = [...entriesOf({ shortName: '', folder, manifest }).values()];

const dist = join(folder, 'dist');
for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' }))
  if (/\.js(\.map)?$/.test(file)) rmSync(join(dist, file));

await build({
  cwd: folder,
  input: Object.fromEntries(entries.map((source) => [source.slice('src/'.length, -'.ts'.length), source])),
  platform: 'node',
  tsconfig: false,
  external: (id: string) => !id.startsWith('.') && !id.startsWith(folder),
  transform: { target: 'es2024' },
  output: {
    dir: 'dist',
    format: 'es',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: 'shared-[hash].js',
    minify: false,
  },
});
