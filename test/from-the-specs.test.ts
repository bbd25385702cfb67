import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rootFolder } from './code-blocks.ts';

const docs = join(rootFolder, 'docs');
const rows = readFileSync(join(docs, 'from-the-specs.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\|.*\|$/.test(line) && !/^\| *(?:---|asked|question)/.test(line));

describe('docs/from-the-specs.md', () => {
  it('has a row for each capability', () => {
    expect(rows.length).toBeGreaterThan(80);
  });

  it('links only to files that exist', () => {
    const links = rows.flatMap((row) => [...row.matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1] ?? ''));
    expect(links.length).toBeGreaterThan(60);
    expect(links.filter((link) => !existsSync(join(docs, link)))).toEqual([]);
  });

  it('shows a test for each row that is said to work', () => {
    const works = rows.filter((row) => /\| [^|]*\bworks?\b[^|]*\|[^|]*\|$/.test(row));
    expect(works.length).toBeGreaterThan(40);
    expect(works.filter((row) => !row.includes('](../'))).toEqual([]);
  });
});
