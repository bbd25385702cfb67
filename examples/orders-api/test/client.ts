import type { Contract } from './contract.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or text. That it is as described has been checked. */
  readonly body: Body;
}

/** What tests read of answers one by one. */
export interface Body {
  readonly id: string;
  readonly key: string;
  readonly lines: readonly object[];
  readonly items: readonly Body[];
  readonly nextCursor: string | null;
  readonly error: { readonly code: string; readonly message: string };
  readonly changeType: string;
  readonly subject: string;
  readonly note: string | null;
  readonly total: number;
  readonly outbox: { readonly pending: number };
  readonly lag: Readonly<Record<string, number>>;
  readonly thisProcess: { readonly groups: { readonly mailer: { readonly handled: number } } };
  readonly hits: number;
  readonly info: { readonly title: string };
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export type Client = (method: string, path: string, options?: RequestOptions) => Promise<Answer>;

/** Sends requests with these headers, and holds every answer against the description. */
export function createClient(url: string, contract: Contract, own: Readonly<Record<string, string>>): Client {
  return async (method, path, { headers = {}, body } = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: { ...own, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const contentType = response.headers.get('content-type');
    const parsed =
      contentType?.includes('json') === true && text !== '' ? (JSON.parse(text) as unknown) : text;
    contract.check({ method, path, sent: body, status: response.status, contentType, body: parsed });
    return { status: response.status, headers: response.headers, body: parsed as Body };
  };
}
