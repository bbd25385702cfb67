import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface CodeBlock {
  /** Path of the Markdown file, from the root of the repository. */
  readonly document: string;
  /** Line of the opening fence. */
  readonly line: number;
  readonly code: string;
  /** Folder from which the block's imports resolve. */
  readonly home: string;
}

export const rootFolder: string = fileURLToPath(new URL('..', import.meta.url));

/** Blocks outside of a package use all packages, as an application does; this member of the workspace has them all. */
const APPLICATION = join(rootFolder, 'benchmarks');

/** No package depends on the adapters, but its README may show them. */
const USES_EXPRESS = /from '(?:@holdfast\/express\/[a-z-]+|express)'/;

/** Every ```ts block of the READMEs and of the documentation. */
export function codeBlocks(): CodeBlock[] {
  const packages = readdirSync(join(rootFolder, 'packages')).map((name) =>
    join(rootFolder, 'packages', name),
  );
  return [
    ...packages.flatMap((folder) => blocksOf(join(folder, 'README.md'), folder)),
    ...blocksOf(join(rootFolder, 'README.md'), APPLICATION),
    ...documents().flatMap((file) => blocksOf(file, APPLICATION)),
  ];
}

function documents(): string[] {
  return readdirSync(join(rootFolder, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(rootFolder, 'docs', name));
}

function blocksOf(file: string, home: string): CodeBlock[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => ({
    document: relative(rootFolder, file),
    line: text.slice(0, match.index).split('\n').length,
    code: match[1] ?? '',
    home: USES_EXPRESS.test(match[1] ?? '') && !home.endsWith('/express') ? APPLICATION : home,
  }));
}
