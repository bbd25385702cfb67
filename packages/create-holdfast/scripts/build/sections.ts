import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Example } from './examples.ts';
import type { Files } from './sources.ts';

const INCLUDE = /^<!-- include: (\S+) # (.+) -->$/gm;

/** Puts sections of the example's own documents where `<!-- include: README.md # Settings -->` stands. */
export function includeSections(files: Files, { folder }: Example): void {
  for (const [path, text] of files) {
    if (!path.endsWith('.md')) continue;
    files.set(
      path,
      text.replaceAll(INCLUDE, (_line, file: string, heading: string) =>
        sectionOf(readFileSync(join(folder, file), 'utf8'), heading),
      ),
    );
  }
}

/** A second-level section with its heading. @throws Error where there is none of this name */
export function sectionOf(document: string, heading: string): string {
  const sections = document.split(/^(?=## )/m);
  const found = sections.find((section) => section.startsWith(`## ${heading}\n`));
  if (found === undefined) throw new Error(`There is no section '${heading}' to include.`);
  return found.trimEnd();
}
