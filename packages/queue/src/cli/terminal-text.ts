import stringWidth from 'string-width';

/**
 * Control characters, and those that change the direction of text or are not seen: written to a terminal, the text
 * of a hostile sender could move the cursor, hide what it says, or set the window's title.
 */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061C\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/gu;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** A text as it may be written to a terminal, on one line: what is unsafe is shown as `\u{…}`. */
export function printable(text: string): string {
  return text.replace(/[\t\n\r]+/g, ' ').replace(UNSAFE, shownUnit);
}

/** The same for a text of several lines. */
export function printableLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.replaceAll('\t', '  ').replace(UNSAFE, shownUnit))
    .join('\n');
}

/** JSON that is safe on a terminal and reads as the same value. */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(UNSAFE, (unit) =>
    unit === '\n' ? unit : `\\u${hex(unit).padStart(4, '0')}`,
  );
}

/** How many columns a text takes. */
export function width(text: string): number {
  return stringWidth(text);
}

/** A text cut to so many columns, its end shown by `…`; never in the middle of a character. */
export function fit(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const next = used + width(segment);
    if (next > columns - 1) break;
    kept += segment;
    used = next;
  }
  return `${kept}…`;
}

export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)));
}

function shownUnit(unit: string): string {
  return `\\u{${hex(unit)}}`;
}

function hex(unit: string): string {
  return (unit.codePointAt(0) ?? 0).toString(16);
}
