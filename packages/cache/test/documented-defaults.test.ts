import { readFileSync } from 'node:fs';
import { CACHE_DEFAULTS } from '@holdfast/cache';
import { HTTP_CACHE_DEFAULTS } from '@holdfast/cache/http';
import { expect, it } from 'vitest';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** The cell of the column `default` in the row of an option. */
function documented(option: string): string | undefined {
  const row = readme.split('\n').find((line) => line.startsWith(`| \`${option}\` |`));
  return row?.split('|')[4]?.trim().replaceAll('`', '');
}

it('the README tells the defaults that the code has', () => {
  const { name: _name, ...numbers } = CACHE_DEFAULTS;
  for (const [option, value] of Object.entries(numbers))
    expect(`${option} ${documented(option)}`).toBe(`${option} ${String(value)}`);
  const { name: _http, methods: _methods, ...rest } = HTTP_CACHE_DEFAULTS;
  for (const [option, value] of Object.entries(rest))
    expect(`${option} ${documented(option)}`).toBe(`${option} ${String(value)}`);
});
