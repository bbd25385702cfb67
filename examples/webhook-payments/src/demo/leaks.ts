/**
 * Says which secret stands in which text; never the secret itself.
 * @param texts by name; @param secrets name and value
 */
export function findLeaks(
  texts: Readonly<Record<string, string>>,
  secrets: readonly (readonly [name: string, value: string])[],
): string[] {
  const found = Object.entries(texts).flatMap(([where, text]) =>
    secrets.filter(([, value]) => text.includes(value)).map(([name]) => `${name} is in ${where}`),
  );
  return [...new Set(found)];
}
