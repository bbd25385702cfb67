import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderTable } from './table.ts';
import { fit, printable, printableJson, printableLines, width } from './terminal-text.ts';

/** Whatever a terminal takes for more than text. */
const UNSAFE = /[\p{Cc}\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/u;

describe('text for a terminal', () => {
  it('shows control characters, and those that turn the direction of text, as what they are', () => {
    expect(printable('a\u001b[31mb\nc\u202ed\u009b')).toBe('a\\u{1b}[31mb c\\u{202e}d\\u{9b}');
    expect(printableLines('a\tb\r\n\u0000')).toBe('a  b\n\\u{0}');
  });

  it('is cut by columns, not by characters', () => {
    expect(fit('日本語', 6)).toBe('日本語');
    expect(fit('日本語', 5)).toBe('日本…');
    expect(fit('日本語', 4)).toBe('日…');
    expect(fit('👩‍👩‍👧x', 2)).toBe('…');
    expect(width('日本')).toBe(4);
  });

  it('never holds an escape sequence, whatever it is made of', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, (value) => {
        expect(UNSAFE.test(printable(value))).toBe(false);
        expect(UNSAFE.test(printableLines(value).replaceAll('\n', ''))).toBe(false);
        const json = printableJson({ value });
        expect(UNSAFE.test(json)).toBe(false);
        expect(JSON.parse(json)).toEqual({ value });
      }),
    );
  });
});

describe('a table', () => {
  it('lines its columns up and cuts the last one to the width', () => {
    expect(
      renderTable(
        ['ID', 'REASON'],
        [
          ['日本', 'a long reason that does not fit'],
          ['x', 'short'],
        ],
        24,
      ),
    ).toBe('ID    REASON\n日本  a long reason tha…\nx     short');
  });

  it('is never wider than it may be, as long as its columns have room', () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 60 });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 }), (rows) => {
        const lines = renderTable(['A', 'B', 'C'], rows, 50).split('\n');
        expect(lines).toHaveLength(rows.length + 1);
        for (const line of lines) expect(width(line)).toBeLessThanOrEqual(50);
      }),
    );
  });
});
