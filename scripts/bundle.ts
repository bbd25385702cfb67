/**
 * Bundles the entries and commands of the package in the current folder into `dist`, straight from the sources: a file for each
 * entry and one for what several share. A service imports hundreds of small modules measurably slower than a few
 * files. Dependencies stay imports; declarations are `tsc`'s.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';
import { commandsOf, entriesOf, type Manifest } from './workspace-packages.ts';

const folder = process.cwd();
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
const entries = [...entriesOf({ shortName: '', folder, manifest }).values(), ...commandsOf(manifest)];

const dist = join(folder, 'dist');
for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' }))
  if (/\.js(\.map)?$/.test(file)) rmSync(join(dist, file));

const { output } = await build({
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
    codeSplitting: { groups: [{ name: 'shared', minShareCount: 2 }] },
  },
});

/** What entries share is loaded with each of them, so an optional peer of one must not be imported by it. */
for (const chunk of output) {
  if (chunk.type !== 'chunk' || chunk.isEntry) continue;
  const optional = chunk.imports.find((name) => manifest.peerDependenciesMeta?.[name]?.optional === true);
  if (optional !== undefined)
    throw new Error(
      `${manifest.name}: ${optional} is imported by code that several entries share. Import it in one entry, or load it where it is used.`,
    );
}
