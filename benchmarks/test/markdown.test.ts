import { describe, expect, it } from 'vitest';
import { renderMarkdown, withResults } from '../src/harness/markdown.ts';
import { absolute, atLeast, compared } from '../src/harness/rows.ts';

const rows = [
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
  absolute({ area: 'http', case: 'CPU', unit: 'us', samples: [31.4159] }),
];

describe('renderMarkdown', () => {
  const lines = renderMarkdown(rows).split('\n');

  it('begins with the count of the targets that were met', () => {
    expect(lines[0]).toBe('0 of 1 targets met.');
  });

  it('says of each target what was measured and whether it was met', () => {
    expect(lines).toContain(
      '| http | ours | bare: 10,000 req/s | at least 0.7 | **0.6** (6,000 req/s) | 0.6 to 0.6 | **no** |',
    );
  });

  it('lists what has no target apart', () => {
    expect(lines.at(-1)).toBe('| http | CPU |  | 31.4 us | 31.4 to 31.4 |');
  });
});

describe('withResults', () => {
  const begin = '<!-- results: written by npm run bench -- --readme -->';
  const end = '<!-- end of results -->';

  it('replaces what stands between the marks and nothing else', () => {
    expect(withResults(`a\n${begin}\nold\n${end}\nb\n`, 'new')).toBe(`a\n${begin}\nnew\n${end}\nb\n`);
  });

  it('refuses a text without the marks', () => {
    expect(() => withResults('no marks', 'new')).toThrow('The README has no section between');
  });
});
