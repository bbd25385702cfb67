import type { Redaction } from './redaction.ts';

/** A text as it may be written: well-formed, without credentials, and cut after `maxLength` characters. */
export function loggableText(text: string, maxLength: number, redaction: Redaction): string {
  if (text.length <= maxLength) return redaction.cleanText(text.toWellFormed());
  const kept = redaction.cleanText(text.slice(0, maxLength).toWellFormed());
  return `${kept}… [${text.length - maxLength} more characters]`;
}

/** ASCII without what JSON escapes, and without what every credential needs: a space, `?`, `&` or `@`. */
const PLAIN = /^[\x21\x23-\x25\x27-\x3e\x41-\x5b\x5d-\x7e]*$/;

/** `loggableText` as a JSON string in which nothing is left to escape. */
export function quotedText(text: string, maxLength: number, redaction: Redaction): string {
  if (text.length <= maxLength && PLAIN.test(text)) return `"${text}"`;
  return escapeControls(JSON.stringify(loggableText(text, maxLength, redaction)));
}

/** JSON leaves DEL, the C1 controls and two line separators as they are; a terminal or a log viewer may obey them. */
const LEFT_BY_JSON = /[\u007f-\u009f\u2028\u2029]/;
const ALL_LEFT_BY_JSON = new RegExp(LEFT_BY_JSON.source, 'g');

export function escapeControls(json: string): string {
  return LEFT_BY_JSON.test(json) ? json.replace(ALL_LEFT_BY_JSON, unicodeEscape) : json;
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
