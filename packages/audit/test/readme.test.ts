import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DEFAULT_BATCH_SIZE } from '../src/chain/verify.ts';
import { AUDIT_DEFAULTS } from '../src/index.ts';
import { DEFAULT_EXPORT_BATCH } from '../src/reading/export.ts';
import { DEFAULT_LIMIT } from '../src/reading/search.ts';

const read = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8');
const readme = read('README.md').replace(/ {2,}/g, ' ');

it('names every error code in its README, and no other', () => {
  const codes = (text: string) => [...new Set(text.match(/ERR_[A-Z_]+/g))].sort();
  expect(codes(readme)).toEqual(codes(read('src/errors.ts')));
});

it('gives the defaults of the code in its README', () => {
  for (const [name, value] of Object.entries(AUDIT_DEFAULTS)) {
    const shown = typeof value === 'string' ? `'${value}'` : String(value);
    expect(readme).toMatch(new RegExp(`\\| \`${name}\` \\|.*\\| \`${shown}\` \\|`));
  }
  expect(readme).toContain(`(default \`${DEFAULT_LIMIT}\`)`);
  expect(readme).toContain(
    `(default \`${DEFAULT_BATCH_SIZE}\` in \`verify\`, \`${DEFAULT_EXPORT_BATCH}\` in \`export\`)`,
  );
});

it('names every reason for which a chain is broken', () => {
  const declared = read('src/chain/verify.ts').match(/export type BrokenReason =([^;]+);/)?.[1] ?? '';
  const reasons = [...declared.matchAll(/\| '([a-z-]+)'/g)].map(([, reason]) => `\`${reason}\``);
  expect(reasons).toHaveLength(7);
  expect(readme).toContain(`reasons are ${reasons.join(', ')}.`);
});
