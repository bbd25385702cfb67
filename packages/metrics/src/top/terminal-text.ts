import stringWidth from 'string-width';

/*
 * Whatever a terminal may obey or be confused by: control characters, invisible marks that turn the direction of text
 * or join characters, line and paragraph separators, and halves of pairs.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Text of a stranger, made harmless: each such character is shown as `?`. */
export function harmless(text: string): string {
  return text.replace(UNSAFE, '?');
}

/** JSON text in which such characters are written as escapes, so that it means the same and does nothing. */
export function harmlessJson(json: string): string {
  return json.replace(UNSAFE, (character) =>
    Array.from({ length: character.length }, (_, i) => {
      const code = character.charCodeAt(i).toString(16);
      return `\\u${code.padStart(4, '0')}`;
    }).join(''),
  );
}

/** Cut to a width in columns, with `…` where something is missing. Wide characters take two. */
export function fitted(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let cut = '';
  let used = 0;
  for (const { segment } of SEGMENTS.segment(text)) {
    const next = stringWidth(segment);
    if (used + next > width - 1) break;
    cut += segment;
    used += next;
  }
  return width > 0 ? `${cut}…` : '';
}

const SEGMENTS = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Filled with blanks up to a width in columns. */
export function padded(text: string, width: number, alignRight: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return alignRight ? blanks + text : text + blanks;
}

export function widthOf(text: string): number {
  return stringWidth(text);
}
