/** One request of a client, and what it knows afterwards. */
import { request } from 'node:http';

export type Answer =
  /** The effect's id, as the server says. */
  | { readonly kind: 'done'; readonly id: string; readonly replayed: boolean }
  /** Refused for good: what happened is not known. */
  | { readonly kind: 'unknown' }
  /** Refused for now, failed, or cut off: to be sent again. */
  | { readonly kind: 'again'; readonly status: number };

const LIMIT_MS = 10_000;

/** @param cutAfterMs breaks the connection then, whatever has come by that time; undefined leaves it alone */
export function ask(port: number, key: string, cutAfterMs: number | undefined): Promise<Answer> {
  return new Promise((resolve) => {
    const again = (status: number) => resolve({ kind: 'again', status });
    const outgoing = request({
      port,
      host: '127.0.0.1',
      method: 'POST',
      agent: false,
      headers: { 'idempotency-key': key },
    });
    const timer = setTimeout(() => outgoing.destroy(), cutAfterMs ?? LIMIT_MS);
    outgoing.on('error', () => again(0)).on('close', () => clearTimeout(timer));
    outgoing.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('error', () => again(0));
      response.on('close', () => {
        if (!response.complete) again(0);
        else
          resolve(read(response.statusCode ?? 0, body, response.headers['x-idempotent-replayed'] === 'true'));
      });
    });
    outgoing.end();
  });
}

function read(status: number, body: string, replayed: boolean): Answer {
  if (status === 201) return { kind: 'done', id: (JSON.parse(body) as { id: string }).id, replayed };
  if (status === 409 && body.includes('IDEMPOTENCY_OUTCOME_UNKNOWN')) return { kind: 'unknown' };
  return { kind: 'again', status };
}
