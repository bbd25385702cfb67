/** Without the spaces and tabs around it. A regular expression would take quadratic time on a long run inside. */
export function trimOptionalWhitespace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isOptionalWhitespace(text.charCodeAt(start))) start += 1;
  while (end > start && isOptionalWhitespace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isOptionalWhitespace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
