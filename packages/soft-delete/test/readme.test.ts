import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PURGE_DEFAULTS, SOFT_DELETE_COLUMN_DEFAULTS } from '../src/index.ts';
import { SOFT_DELETE_EXTENSION_DEFAULTS } from '../src/prisma/index.ts';

const read = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8');
const readme = read('README.md').replace(/ {2,}/g, ' ');

it('names every error code in its README, and no other', () => {
  const codes = (text: string) => [...new Set(text.match(/ERR_[A-Z_]+/g))].sort();
  expect(codes(readme)).toEqual(codes(read('src/errors.ts')));
});

it('gives the defaults of the code in its README', () => {
  const list = (names: object) =>
    Object.values(names)
      .map((name) => `\`${name}\``)
      .join(', ');
  expect(readme).toContain(`| ${list(SOFT_DELETE_COLUMN_DEFAULTS)} |`);
  expect(readme).toContain(`| ${list(SOFT_DELETE_EXTENSION_DEFAULTS.fields)} |`);
  expect(readme).toContain(
    `| \`transactionTimeoutMs\` | number, from 1 | ms | \`${SOFT_DELETE_EXTENSION_DEFAULTS.transactionTimeoutMs}\` |`,
  );
  expect(readme).toContain(`\`batchSize\` (1 to 10,000, default \`${PURGE_DEFAULTS.batchSize}\`)`);
});
