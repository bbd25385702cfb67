import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootFolder } from './repository.ts';

export interface Page {
  /** The Markdown file, from the root of the repository: `packages/queue/README.md`. */
  readonly source: string;
  /** The same page on the site: `packages/queue/index.md`. */
  readonly page: string;
  /** Its first heading, without marks. */
  readonly title: string;
}

const SINGLE = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'benchmarks/README.md', 'proofs/README.md'];

/** Every Markdown file that is a page of the site, in alphabetical order. */
export function findPages(): Page[] {
  const sources = [
    ...SINGLE.filter((file) => existsSync(join(rootFolder, file))),
    ...filesBelow('docs', /\.md$/),
    ...filesBelow('examples', /(?:^|\/)README\.md$/),
    ...readdirSync(join(rootFolder, 'packages'))
      .map((name) => `packages/${name}/README.md`)
      .filter((file) => existsSync(join(rootFolder, file))),
  ];
  return sources.sort().map((source) => ({ source, page: pageOf(source), title: titleOf(source) }));
}

/** Every picture beside the pages, from the root of the repository. */
export function findImages(): string[] {
  return ['docs', 'packages', 'examples', 'benchmarks', 'proofs'].flatMap((folder) =>
    filesBelow(folder, /\.(?:svg|png|jpe?g|gif|webp)$/),
  );
}

/** Where a file of the repository is on the site: `docs/` falls away, a README is the index of its folder. */
export function pageOf(source: string): string {
  if (source === 'docs/README.md') return 'contents.md';
  return source
    .replace(/^docs\//, '')
    .replace(/(^|\/)README\.md$/, '$1index.md')
    .replace(/^[A-Z]+\.md$/, (name) => name.toLowerCase());
}

function titleOf(source: string): string {
  const text = readFileSync(join(rootFolder, source), 'utf8');
  const heading = /^# (.+)$/m.exec(text)?.[1];
  if (heading === undefined) throw new Error(`${source} has no heading of the first level`);
  return heading.replaceAll('`', '').replace(/\[([^\]]+)\]\([^)]*\)/g, '$1');
}

const SKIPPED = new Set([
  'node_modules',
  'dist',
  'coverage',
  '.code-blocks',
  '.holdfast',
  'templates',
  'site',
]);

function filesBelow(folder: string, pattern: RegExp): string[] {
  return readdirSync(join(rootFolder, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : filesBelow(path, pattern);
    return pattern.test(path) ? [path] : [];
  });
}
