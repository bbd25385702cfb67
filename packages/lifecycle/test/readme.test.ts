import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { HEALTH_DEFAULTS, LIFECYCLE_DEFAULTS, SHUTDOWN_PHASES } from '../src/index.ts';

const read = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8');
/** Without the padding of its tables. */
const readme = read('README.md').replace(/ {2,}/g, ' ');

it('names every error code in its README, and no other', () => {
  const codes = (text: string) => [...new Set(text.match(/ERR_[A-Z_]+/g))].sort();
  expect(codes(readme)).toEqual(codes(read('src/errors.ts')));
});

it('gives the defaults of the code in its README', () => {
  const rows = readme.split('\n').filter((line) => line.startsWith('| `'));
  const defaultsOf = (name: string) =>
    rows.filter((line) => line.startsWith(`| \`${name}\` |`)).map((line) => line.split('|').at(-2)?.trim());
  expect(defaultsOf('timeoutMs')).toEqual([
    `\`${LIFECYCLE_DEFAULTS.timeoutMs}\``,
    `\`${HEALTH_DEFAULTS.timeoutMs}\``,
  ]);
  for (const name of ['stepTimeoutMs', 'readinessDelayMs', 'exitGraceMs'] as const) {
    expect(defaultsOf(name)).toEqual([`\`${LIFECYCLE_DEFAULTS[name]}\``]);
  }
  expect(defaultsOf('startupRetryMs')).toEqual([`\`${HEALTH_DEFAULTS.startupRetryMs}\``]);
  expect(defaultsOf('cacheMs')).toEqual([`\`${HEALTH_DEFAULTS.cacheMs}\``]);
  expect(defaultsOf('signals')).toEqual([`\`['${LIFECYCLE_DEFAULTS.signals.join("', '")}']\``]);
});

it('lists the phases in their order in its README', () => {
  const listed = readme.split('\n').map((line) => /^\| `([a-z]+)` \|/.exec(line)?.[1]);
  const isPhase = (name: string | undefined) => SHUTDOWN_PHASES.some((phase) => phase === name);
  expect(listed.filter(isPhase)).toEqual([...SHUTDOWN_PHASES]);
});
