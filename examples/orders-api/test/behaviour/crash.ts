import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Client, createClient } from '../client.ts';
import { Contract } from '../contract.ts';
import { type PricingServer, startPricingServer } from '../pricing-server.ts';
import { type Program, runService, stopService } from '../program.ts';
import { demoKey, environment } from '../service.ts';
import { changesOf, mailsOf, ORDER, PATIENCE, post } from './orders.ts';

const LIMIT_MS = 120_000;

export interface CrashOptions {
  readonly where: () => Readonly<Record<string, string>>;
  /** After which statement of the request the process dies; it has to be dead in the first and alive in the last round. */
  readonly killAt: readonly number[];
}

/** A real process, a real SIGKILL: after each of these statements, all is there or nothing. */
export function crashLeavesAllOrNothing({ where, killAt }: CrashOptions): void {
  let folder: string;
  let pricing: PricingServer;
  let service: Program;
  let key: string;
  const contract = new Contract();

  const start = async (): Promise<Client> => {
    const env = { ...environment(folder, pricing.url), IDEMPOTENCY_LEASE_MS: '1000', ...where() };
    service = runService(env, './kill-at.ts');
    const url = await service.url;
    key ??= demoKey(service, 'acme');
    return createClient(url, contract, { 'x-api-key': key });
  };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'orders-api-crash-'));
    pricing = await startPricingServer();
  });
  afterAll(async () => {
    if (service !== undefined) await stopService(service);
    await pricing[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  it('a crash at any statement leaves all of an order or nothing, and the retry gets its answer', async () => {
    let acme = await start();
    const survived: number[] = [];
    for (const n of killAt) {
      const note = `killed at ${n}`;
      const first = await post(acme, { ...ORDER, note }, `key-${n}`, { 'x-request-id': `kill-at-${n}` }).catch(
        () => undefined,
      );
      if (first === undefined) {
        await service.ended;
        acme = await start();
      } else {
        survived.push(n);
      }
      const id = await retried(acme, { ...ORDER, note }, `key-${n}`);
      const { body } = await acme('GET', '/orders?limit=100', { headers: { 'cache-control': 'no-cache' } });
      const orders = body.items.filter((order) => (order as unknown as { note: string }).note === note);
      expect(orders.map((order) => order.id)).toEqual([id]);
      expect(await changesOf(acme, id)).toEqual(['PLACED']);
      await expect.poll(() => mailsOf(acme, id), PATIENCE).toEqual(['Your order of EUR 3.00']);
    }
    // Else no request came as far as that, and the crash was not one in the transaction.
    expect(survived).toEqual(killAt.slice(-1));
  }, LIMIT_MS);
}

/** As a client does it: the same key, for as long as it is told to come back. */
async function retried(client: Client, body: object, idempotencyKey: string): Promise<string> {
  for (;;) {
    const answer = await post(client, body, idempotencyKey);
    if (answer.status === 201) return answer.body.id;
    expect([answer.status, answer.body.error.code]).toEqual([409, 'DUPLICATE_REQUEST_IN_PROGRESS']);
    await delay(Number(answer.headers.get('retry-after')) * 1000);
  }
}
