import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { IDEMPOTENCY_DEFAULTS, RUN_ONCE_DEFAULTS } from '../src/index.ts';

const read = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8');
/** Without the padding of its tables. */
const readme = read('README.md').replace(/ {2,}/g, ' ');

it('names every error code in its README, and no other', () => {
  const codes = (text: string) => [...new Set(text.match(/ERR_[A-Z_]+/g))].sort();
  expect(codes(readme)).toEqual(codes(read('src/errors.ts')));
});

it('gives the defaults of the code in its README', () => {
  const { scope, requireDurable, limit } = RUN_ONCE_DEFAULTS;
  expect(readme).toContain(`| \`scope\` | string, 1 to 200 characters | | \`'${scope}'\` |`);
  expect(readme).toContain(`| \`requireDurable\` | boolean | | \`${requireDurable}\` |`);
  expect(readme).toContain(`| \`limit\` | integer, 1 to 100,000 | records | \`${limit}\` |`);
});

it('gives the defaults of requests and functions in its README', () => {
  const rows = readme.split('\n').filter((line) => line.startsWith('| `'));
  for (const [name, value] of Object.entries(IDEMPOTENCY_DEFAULTS)) {
    const row = rows.find((line) => line.startsWith(`| \`${name}\` `));
    expect(row, name).toContain(documented(value));
  }
});

function documented(value: number | string | readonly string[]): string {
  if (typeof value === 'number') return `\`${value}\` |`;
  return typeof value === 'string' ? `\`'${value}'\` |` : `| ${value.join(', ')} `;
}

it('names every answer to a request in its README', () => {
  const codes = read('src/http/answers.ts').matchAll(/code: '([A-Z_]+)'/g);
  for (const [, code] of codes) expect(readme).toContain(`\`${code}\``);
});
