import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawDiagram } from '../scripts/diagrams/diagram.ts';
import { PICTURES } from '../scripts/diagrams/pictures.ts';
import { rootFolder } from './code-blocks.ts';

/** Those pages are written beside these. */
const MIGRATING = existsSync(join(rootFolder, 'docs/migrating'));

const pages = [
  'README.md',
  'SECURITY.md',
  ...readdirSync(join(rootFolder, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(rootFolder, page), 'utf8');
  const prose = text.replaceAll(/^```.*?^```$/gms, '').replaceAll(/`[^`\n]*`/g, '');

  it('links files and headings that are there', () => {
    const targets = [...prose.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(
      ([, target = '']) => target,
    );
    const checked = targets.filter((target) => MIGRATING || !target.includes('migrating/'));
    expect(checked.filter((target) => !isThere(page, target))).toEqual([]);
  });

  it('has one first heading', () => {
    expect(prose.match(/^# /gm)).toHaveLength(1);
  });
});

describe('the pictures', () => {
  it.each(Object.entries(PICTURES))('%s is as the script draws it, with a title', (name, picture) => {
    const drawn = readFileSync(join(rootFolder, `docs/images/${name}.svg`), 'utf8');
    expect(drawn).toBe(drawDiagram(picture));
    expect(drawn).toContain(`<title id="title">${picture.title}</title>`);
  });
});

function isThere(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? join(rootFolder, page) : join(rootFolder, dirname(page), path);
  if (!existsSync(file)) return false;
  if (anchor === undefined || !file.endsWith('.md')) return true;
  return anchorsOf(readFileSync(file, 'utf8')).has(anchor);
}

/** As GitHub makes them. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const headings = markdown.matchAll(/^#{1,6} (.+)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(/\s/g, '-'),
    ),
  );
}
