import { describe, expect, it } from 'vitest';
import { type MeasuredArea, renderArea, withAreas } from '../src/harness/markdown.ts';
import { absolute, atLeast, compared } from '../src/harness/rows.ts';

const http: MeasuredArea = {
  name: 'http',
  measuredOn: '2026-01-01: a machine',
  rows: [
    absolute({ area: 'http', case: 'CPU', unit: 'us', samples: [31.4159] }),
    compared(
      {
        area: 'http',
        case: 'ours',
        unit: 'req/s',
        samples: [6_000],
        against: 'bare',
        againstSamples: [10_000],
      },
      atLeast(0.7),
    ),
  ],
};

describe('the section of an area', () => {
  const lines = renderArea(http).split('\n');

  it('says when and on what it was measured, and how many targets were met', () => {
    expect(lines[2]).toBe('Measured on 2026-01-01: a machine. 0 of 1 targets met.');
  });

  it('says of each target what was measured and whether it was met, and lists what has none below', () => {
    expect(lines.slice(-2)).toEqual([
      '| ours | bare: 10,000 req/s | at least 0.7 | **0.6** (6,000 req/s) | 0.6 to 0.6 | **no** |',
      '| CPU |  |  | 31.4 us | 31.4 to 31.4 |  |',
    ]);
  });
});

describe('the results in the README', () => {
  const begin = '<!-- results: written by npm run bench -- --readme -->';
  const end = '<!-- end of results -->';
  const readme = (results: string) => `a\n${begin}\n\n${results}\n\n${end}\nb\n`;

  it('are replaced for the areas that were measured; others stay, and what is no area any more goes', () => {
    const before = readme('### gone\n\nold\n\n### cache\n\nkept\n\n### http\n\nold');
    expect(withAreas(before, [http], ['http', 'cache', 'queue'])).toBe(
      readme(`${renderArea(http)}\n\n### cache\n\nkept`),
    );
  });

  it('need their marks', () => {
    expect(() => withAreas('no marks', [http], ['http'])).toThrow('The README has no section between');
  });
});
