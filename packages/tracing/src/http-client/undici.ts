import { urlOf } from './request-url.ts';

/** A request of undici, as its diagnostics channels show it. */
export interface UndiciRequest {
  readonly origin: string | URL;
  readonly path: string;
  readonly method: string;
  /** Name, value, name, value; one string in old versions. */
  readonly headers: (string | string[])[] | string;
  addHeader(name: string, value: string): unknown;
}

export function describeUndiciRequest({
  method,
  path,
  origin,
}: UndiciRequest): { method: string; url: URL } | undefined {
  const url = urlOf(String(origin), path);
  return url === null ? undefined : { method, url };
}

/** A header that is there is replaced: added once more it would be two, and a doubled `traceparent` counts as none. */
export function setUndiciHeaders(request: UndiciRequest, headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!replaceHeader(request.headers, name, value)) request.addHeader(name, value);
  }
}

function replaceHeader(present: UndiciRequest['headers'], name: string, value: string): boolean {
  if (typeof present === 'string') return present.toLowerCase().includes(`${name}:`);
  for (let index = 0; index + 1 < present.length; index += 2) {
    if (String(present[index]).toLowerCase() !== name) continue;
    present[index + 1] = value;
    return true;
  }
  return false;
}

export function undiciTraceparent({ headers }: UndiciRequest): string | undefined {
  if (typeof headers === 'string') return /^traceparent: *(\S+)/im.exec(headers)?.[1];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    if (String(headers[index]).toLowerCase() === 'traceparent') return String(headers[index + 1]);
  }
  return undefined;
}
