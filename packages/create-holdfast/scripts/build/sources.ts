import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Example, Replacement } from './examples.ts';

/** The files of a project, text by path. */
export type Files = Map<string, string>;

const MADE: ReadonlySet<string> = new Set([
  'node_modules',
  'dist',
  'coverage',
  '.turbo',
  '.holdfast',
  '.env',
]);

/** What only Node inside the repository needs, in a command and in the arguments of a child process. */
const SOURCE_CONDITION = / --conditions=@holdfast\/source|'--conditions=@holdfast\/source', ?/g;

/** What the example gives to its template: its files without what it leaves, its replacements made, its additions. */
export function sourcesOf(example: Example): Files {
  const { folder, leave, replace } = example;
  const files: Files = new Map();
  const isLeft = (path: string) =>
    Object.keys(leave).some((left) => path === left || path.startsWith(`${left}/`));
  for (const left of Object.keys(leave)) {
    if (!existsSync(join(folder, left)))
      throw new Error(`${example.name} leaves ${left}, which it does not have`);
  }
  for (const path of filesBelow(folder)) {
    if (path === 'package.json' || path.startsWith('template/') || isLeft(path)) continue;
    files.set(path, readFileSync(join(folder, path), 'utf8'));
  }
  for (const replacement of replace) makeReplacement(files, replacement);
  for (const [path, text] of files) files.set(path, text.replaceAll(SOURCE_CONDITION, ''));
  const additions = join(folder, 'template/files');
  for (const path of filesBelow(additions)) files.set(path, readFileSync(join(additions, path), 'utf8'));
  return files;
}

function makeReplacement(files: Files, { file, from, to }: Replacement): void {
  const text = files.get(file);
  if (text?.includes(from) !== true) throw new Error(`${file} does not hold the text to replace: ${from}`);
  files.set(file, text.replaceAll(from, to));
}

/** Every file below a folder, by its path from there, less what is made by an installation or a run. */
export function filesBelow(folder: string): string[] {
  return existsSync(folder) ? [...walk(folder, '')].sort() : [];
}

function* walk(folder: string, path: string): Generator<string> {
  for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
    if (MADE.has(entry.name)) continue;
    if (entry.isDirectory()) yield* walk(folder, join(path, entry.name));
    else if (entry.isFile()) yield join(path, entry.name);
  }
}
