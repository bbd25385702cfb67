import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EntryPoint, entryPoints } from './entry-points.ts';
import { findImages, findPages, type Page, pageOf } from './pages.ts';
import { rootFolder } from './repository.ts';

/** What the generator reads: the pages in the places that they have on the site. */
export const stageFolder: string = fileURLToPath(new URL('../.stage/', import.meta.url));

/** Empties the stage and puts the pages and pictures of the repository on it. */
export function stagePages(): void {
  rmSync(stageFolder, { recursive: true, force: true });
  const entries = entryPoints();
  for (const page of findPages()) write(page.page, textOf(page, entries));
  for (const image of findImages()) {
    const target = join(stageFolder, pageOf(image));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(rootFolder, image), target);
  }
}

function write(page: string, text: string): void {
  const file = join(stageFolder, page);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** The page of a package ends with the entry points of its reference. */
function textOf({ source }: Page, entries: readonly EntryPoint[]): string {
  const text = readFileSync(join(rootFolder, source), 'utf8');
  const own = entries.filter((entry) => source === `packages/${entry.folder}/README.md`);
  if (own.length === 0) return text;
  const list = own.map(({ name }) => `- [${name}](/reference/${name})`);
  return `${text.trimEnd()}\n\n## API reference\n\n${list.join('\n')}\n`;
}
