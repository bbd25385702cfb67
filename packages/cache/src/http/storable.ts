import type { OutgoingHttpHeaders } from 'node:http';
import type { Lifetime } from '../entry.ts';
import { type Directives, directiveMs, parseCacheControl } from './cache-control.ts';

/** More names than this would make a key of nearly everything that a client sends. */
const MOST_VARY_NAMES = 8;
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]{1,64}$/;

/** What an answer says about being kept: for how long, and by which headers of the request it differs. */
export interface Verdict {
  readonly lifetime: Partial<Lifetime>;
  readonly varyNames: readonly string[];
}

/**
 * Whether an answer may be given to others (RFC 9111 section 3, as a shared cache), by its headers alone.
 * @param now epoch ms
 * @returns undefined when it may not
 */
export function storableFor(
  headers: OutgoingHttpHeaders,
  hasIdentity: boolean,
  now: number,
): Verdict | undefined {
  if (headers['set-cookie'] !== undefined || headers['content-range'] !== undefined) return undefined;
  if (headers['trailer'] !== undefined) return undefined;
  const varyNames = varyOf(headers['vary']);
  if (varyNames === undefined) return undefined;
  const directives = parseCacheControl(textOf(headers['cache-control']));
  if (directives.has('no-store') || directives.has('no-cache')) return undefined;
  // With an identity in its key an answer is given to nobody else.
  if (directives.has('private') && !hasIdentity) return undefined;
  const ttl = freshnessOf(headers, directives, now);
  if (ttl === 0) return undefined;
  const isStrict = ['must-revalidate', 'proxy-revalidate', 's-maxage'].some((name) => directives.has(name));
  const stale = isStrict ? 0 : undefined;
  return {
    varyNames,
    lifetime: definedOf({
      ttl,
      staleWhileRevalidateMs: directiveMs(directives, 'stale-while-revalidate') ?? stale,
      staleIfErrorMs: directiveMs(directives, 'stale-if-error') ?? stale,
    }),
  };
}

/** @returns ms; undefined when the answer does not say */
function freshnessOf(headers: OutgoingHttpHeaders, directives: Directives, now: number): number | undefined {
  const shared = directiveMs(directives, 's-maxage') ?? directiveMs(directives, 'max-age');
  if (shared !== undefined) return Math.max(0, shared - (Number(textOf(headers['age'])) || 0) * 1000);
  const expires = textOf(headers['expires']);
  if (expires === undefined) return undefined;
  const date = Date.parse(textOf(headers['date']) ?? '');
  const ms = Date.parse(expires) - (Number.isNaN(date) ? now : date);
  return Number.isNaN(ms) ? 0 : Math.max(0, ms);
}

/** @returns undefined for `*` and for what is no list of header names */
function varyOf(header: OutgoingHttpHeaders[string]): readonly string[] | undefined {
  const text = textOf(header);
  if (text === undefined) return [];
  const names = text.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim().toLowerCase()]));
  const isUsable = names.every((name) => name !== '*' && HEADER_NAME.test(name));
  const distinct = [...new Set(names)].sort();
  return isUsable && distinct.length <= MOST_VARY_NAMES ? distinct : undefined;
}

export function textOf(header: OutgoingHttpHeaders[string]): string | undefined {
  if (header === undefined) return undefined;
  return Array.isArray(header) ? header.join(', ') : String(header);
}

function definedOf(lifetime: { [K in keyof Lifetime]: number | undefined }): Partial<Lifetime> {
  return Object.fromEntries(Object.entries(lifetime).filter(([, ms]) => ms !== undefined));
}
