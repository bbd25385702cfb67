import { SignatureMalformedError, SignatureMissingError, UnreadableEventError } from './errors.ts';

/** Headers as node:http gives them, names in lower case, or as fetch does. */
export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>> | Headers;

/** More than any provider sends while it rolls a secret over. */
const MOST_SIGNATURES = 16;

/** @throws SignatureMissingError, SignatureMalformedError when the header was sent more than once */
export function signatureHeader(headers: WebhookHeaders, name: string): string {
  const value = read(headers, name);
  if (value === undefined || value === '') throw new SignatureMissingError(name);
  if (typeof value !== 'string') throw new SignatureMalformedError(name);
  return value;
}

/** A header that is not part of the signature, or undefined where it is absent or not plain text. */
export function plainHeader(headers: WebhookHeaders, name: string): string | undefined {
  const value = read(headers, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The SHA-256 values among `candidates`; those of another shape are passed over. @throws SignatureMalformedError */
export function digestsFrom(
  candidates: readonly string[],
  encoding: 'hex' | 'base64',
  header: string,
): Buffer[] {
  const shape = encoding === 'hex' ? /^[0-9a-fA-F]{64}$/ : /^[A-Za-z0-9+/]{43}=$/;
  const digests = candidates.filter((text) => shape.test(text)).map((text) => Buffer.from(text, encoding));
  if (digests.length === 0 || digests.length > MOST_SIGNATURES) throw new SignatureMalformedError(header);
  return digests;
}

/** Seconds since 1970 as ms. @throws SignatureMalformedError */
export function timestampFrom(text: string | undefined, header: string): number {
  if (text === undefined || !/^[0-9]{1,12}$/.test(text)) throw new SignatureMalformedError(header);
  return Number(text) * 1000;
}

/** The values of `key` in `k=v<separator>k=v`. */
export function pairs(header: string, separator: string, key: string): string[] {
  return header
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${key}=`))
    .map((part) => part.slice(key.length + 1));
}

/** A name or id of an event, refused where it could not have come from a provider. @throws UnreadableEventError */
export function eventText(value: unknown, what: string, maxLength: number): string {
  if (typeof value !== 'string' || value === '') throw new UnreadableEventError(`${what} is missing`);
  if (value.length > maxLength)
    throw new UnreadableEventError(`${what} is longer than ${maxLength} characters`);
  return value;
}

function read(headers: WebhookHeaders, name: string): unknown {
  if (typeof headers !== 'object' || headers === null) return undefined;
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  return Object.hasOwn(headers, name) ? headers[name] : undefined;
}
