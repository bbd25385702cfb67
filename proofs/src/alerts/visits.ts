import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS = 100;

/** Visits to the playground that touch everything it has, until it is told to stop. */
export function startVisits(url: string): () => Promise<void> {
  const ended = new AbortController();
  const visiting = (async () => {
    for (let n = 0; !ended.signal.aborted; n += 1) {
      await Promise.allSettled([
        fetch(`${url}/api/v1/theme`),
        fetch(`${url}/api/v1/apps`),
        fetch(`${url}/nowhere/${n}`),
        order(url, `key-${Math.floor(n / 3)}`, n % 10 === 0 ? 'another' : 'one'),
        n % 20 === 5
          ? fetch(`${url}/test/circuit-breaker`, { method: 'POST' })
          : fetch(`${url}/test/failing-endpoint`),
        ...(n % 20 === 15 ? [fetch(`${url}/test/recovery`, { method: 'POST' })] : []),
      ]);
      await delay(EVERY_MS);
    }
  })();
  return async () => {
    ended.abort();
    await visiting;
  };
}

function order(url: string, key: string, name: string): Promise<Response> {
  return fetch(`${url}/api/v1/apps`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ name }),
  });
}
