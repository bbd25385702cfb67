import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rootFolder } from './code-blocks.ts';

const document = readFileSync(join(rootFolder, 'docs/integration-checklist.md'), 'utf8');
const rows = document.split('\n').filter((line) => /^\|.*\|$/.test(line) && !/^\| *(?:---|point)/.test(line));
const lines = rows.flatMap((row) => [...row.matchAll(/\]\(\.\.\/([^#)]+)#L(\d+)\) `([^`]+)`/g)]);

describe('docs/integration-checklist.md', () => {
  it('has the points of document 003, each with a line of code', () => {
    for (const word of ['Idempotency', 'Correlation', '/metrics', 'Event bus', 'Dead-letter', 'Tracing']) {
      expect(rows.filter((row) => row.split('|')[1]?.includes(word))).toHaveLength(1);
    }
    for (const row of rows) expect(row).toMatch(/\]\(\.\.\/[^)]+#L\d+\)/);
  });

  it.each(lines.map(([, file = '', line = '', code = '']) => [file, Number(line), code] as const))(
    'shows %s:%i %s',
    (file, line, code) => {
      const source = readFileSync(join(rootFolder, file), 'utf8').split('\n');
      const found = source.findIndex((text) => text.includes(code)) + 1;
      expect({ line: found }).toEqual({ line });
    },
  );
});
