import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { QUEUE_DEFAULTS } from './options.ts';
import { SIGNATURE_DEFAULTS } from './signatures/index.ts';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

function documented(option: string): string {
  const rows = README.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  return rows.find((cells) => cells[1] === `\`${option}\``)?.[4] ?? `${option} is not documented`;
}

describe('the README', () => {
  it.each(Object.entries(QUEUE_DEFAULTS))('documents the default of %s', (option, value: unknown) => {
    const numbers = typeof value === 'object' && value !== null ? Object.values(value) : [value];
    const text = documented(option).replace(/\([^)]*\)/g, '');
    expect(text.split(',').map((part) => Number(part.trim()))).toEqual(numbers);
  });

  it('documents the tolerance of signatures', () => {
    expect(README).toContain(`may lie ${SIGNATURE_DEFAULTS.toleranceMs} ms (\`toleranceMs\`)`);
  });
});
