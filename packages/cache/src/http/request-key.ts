import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { VaryRecord } from './stored-response.ts';

/** A longer URL is not for the cache: its key would cost more than the answer. */
const LONGEST_URL = 4096;

/** What tells the answer to one request from that to another. */
export interface KeyParts {
  readonly method: string;
  readonly host: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly tenant: string | undefined;
  readonly principal: string | undefined;
}

/**
 * `GET example.com/path?a=1&b=2`, then ` tenant="…"` and ` principal="…"` where there are such. No part can pass for
 * another: a URL has no space in it, and in the quotes everything but letters, digits and a few marks is encoded.
 * @returns undefined for a URL that is too long
 */
export function requestKey({ method, host, url, tenant, principal }: KeyParts): string | undefined {
  if (url.length > LONGEST_URL || host.length > 255) return undefined;
  let key = `${method} ${host.toLowerCase()}${canonicalUrl(url)}`;
  if (tenant !== undefined) key += tenantMark(tenant);
  if (principal !== undefined) key += ` principal="${encodePart(principal)}"`;
  return key;
}

/** What is in the key of every answer for this tenant, and in no other's: the quotes end it. */
export function tenantMark(tenant: string): string {
  return ` tenant="${encodePart(tenant)}"`;
}

/** The parameters in the order of their names; those of one name stay in theirs, since it may have a meaning. */
function canonicalUrl(url: string): string {
  const start = url.indexOf('?');
  if (start === -1) return url;
  const path = url.slice(0, start);
  const query = url.slice(start + 1);
  if (query === '') return path;
  if (!query.includes('&')) return url;
  const parameters = query.split('&').filter((parameter) => parameter !== '');
  const sorted = parameters
    .map((parameter) => ({ parameter, name: parameter.split('=', 1)[0] ?? '' }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map(({ parameter }) => parameter);
  return `${path}?${sorted.join('&')}`;
}

/** A lone surrogate, which nothing can encode, becomes U+FFFD. */
function encodePart(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** The key of the answer for a request with these headers. */
export function variantKey(key: string, { names, nonce }: VaryRecord, headers: IncomingHttpHeaders): string {
  const hash = createHash('sha256');
  for (const name of names) {
    const value = headers[name];
    // Absent and empty are not the same; the length keeps one value from passing for two.
    hash.update(value === undefined ? '-' : `${String(value).length}:${String(value)}`);
  }
  return `${key} variant=${nonce}.${hash.digest('base64url').slice(0, 22)}`;
}
