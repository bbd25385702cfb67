import { describe, expect, it } from 'vitest';
import { absolute, atLeast, atMost, compared } from '../src/harness/rows.ts';
import { format, renderTable } from '../src/harness/table.ts';

const rows = [
  compared(
    {
      area: 'http',
      case: 'ours',
      unit: 'req/s',
      samples: [7_500],
      against: 'bare',
      againstSamples: [10_000],
    },
    atLeast(0.7),
  ),
  absolute({ area: 'policy', case: 'success', unit: 'us', samples: [2.5] }, atMost(2)),
];

describe('renderTable', () => {
  const text = renderTable(rows, { width: 100, color: false });

  it('groups the rows by area', () => {
    expect(text.split('\n').filter((line) => line === 'http' || line === 'policy')).toEqual([
      'http',
      'policy',
    ]);
  });

  it('shows the ratio, its target and whether it was met', () => {
    expect(text).toMatch(/ours .*0\.75x >= 0\.7 .*met/);
    expect(text).toMatch(/success .*2\.5 <= 2 .*MISS/);
  });

  it('shows both values under the ratio', () => {
    expect(text).toContain('7,500 req/s; bare: 10,000 req/s (middle half of the rounds 0.75 to 0.75)');
  });

  it('ends with the count of the targets that were met', () => {
    expect(text.split('\n').at(-1)).toBe('1 of 2 targets met, 1 missed');
  });

  it('writes no escape codes where colour is off', () => {
    expect(text).not.toContain('\u001b');
  });

  it('keeps every line within the width', () => {
    const table = renderTable(rows, { width: 80, color: false });
    expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('format', () => {
  it('keeps three significant digits, and thousands in full', () => {
    expect([0.70712, 1.5, 12.345, 987.6, 33_123.4].map(format)).toEqual([
      '0.707',
      '1.5',
      '12.3',
      '988',
      '33,123',
    ]);
  });
});
