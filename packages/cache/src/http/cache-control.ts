/** The directives of one or more `Cache-Control` fields (RFC 9111 section 5.2), names in lower case. */
export type Directives = ReadonlyMap<string, string>;

const DIRECTIVE = /([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*)))?/g;

const NONE: Directives = new Map();

/** Never throws; what cannot be read is left out. The first of two directives of one name counts. */
export function parseCacheControl(header: string | undefined): Directives {
  if (header === undefined || header === '') return NONE;
  const directives = new Map<string, string>();
  for (const [, name = '', quoted, plain] of header.slice(0, 1024).matchAll(DIRECTIVE)) {
    const key = name.toLowerCase();
    if (!directives.has(key)) directives.set(key, quoted ?? plain ?? '');
  }
  return directives;
}

/** @returns ms; undefined when absent, and 0 when it is no number: what is unclear is taken for stale (section 4.2.1) */
export function directiveMs(directives: Directives, name: string): number | undefined {
  const value = directives.get(name);
  if (value === undefined) return undefined;
  return /^\d{1,10}$/.test(value) ? Number(value) * 1000 : 0;
}
