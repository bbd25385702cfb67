import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createEventBus, EVENT_BUS_DEFAULTS, EventsOptionError, GROUP_DEFAULTS } from './index.ts';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

function documented(option: string): string {
  const row = README.split('\n').find((line) => line.startsWith(`| \`${option}\``));
  return (row?.split('|').at(-2) ?? '').trim();
}

describe('the options', () => {
  it.each(Object.entries(EVENT_BUS_DEFAULTS))('documents the default of %s', (option, value) => {
    expect(documented(option)).toContain(String(value));
  });

  it.each(Object.entries(GROUP_DEFAULTS))('documents the default of %s of a group', (option, value) => {
    const text = typeof value === 'object' ? Object.values(value).join(', ') : String(value);
    expect(documented(option)).toContain(text);
  });

  it.each([
    [{ name: 'a b' }, "name is \"a b\"; it must be 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-'."],
    [{ batchSize: 0 }, 'batchSize is 0; it must be a whole number from 1 to 10000.'],
    [{ leaseMs: 1.5 }, 'leaseMs is 1.5; it must be a whole number from 100 to 600000.'],
    [
      { connection: { url: 'redis://x' }, backend: { file: 'x' } },
      'connection and backend are both given; give one of them.',
    ],
    [
      { backend: { file: '' } },
      'backend must be { file: path }, { db: a better-sqlite3 database on a file } or { postgres: { url } or a pg Pool }.',
    ],
    [
      { outbox: { postgres: { url: 'http://x' } } },
      'outbox names no PostgreSQL; give { postgres: { url: "postgresql://…" } }, { postgres: { host, port, … } } or a pg Pool.',
    ],
  ])('refuses %j, naming option, value and range', (options, message) => {
    expect(() => createEventBus(options)).toThrow(new EventsOptionError('', '').constructor as typeof Error);
    expect(() => createEventBus(options)).toThrow(message);
  });
});
