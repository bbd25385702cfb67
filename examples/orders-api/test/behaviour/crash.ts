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

const LIMIT_MS = 600_000;
/** `CRASH_STEP=1` goes through every statement, which takes a start of the service for each. */
const STEP = Number(process.env['CRASH_STEP'] ?? 6);
/** A request has more statements than this: it has died in its transaction, too. */
const FEWEST_STATEMENTS = 10;

/** A real process, a real SIGKILL, after one statement of the request after the other. */
export function crashLeavesAllOrNothing(where: () => Readonly<Record<string, string>>): void {
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

  it(
    'a crash at any statement leaves all of an order or nothing, and the retry gets its answer',
    async () => {
      let acme = await start();
      let statement = 0;
      for (let isAlive = false; !isAlive; ) {
        statement += STEP;
        const order = { ...ORDER, note: `killed at ${statement}` };
        const key = `key-${statement}`;
        isAlive = await post(acme, order, key, { 'x-request-id': `kill-at-${statement}` }).then(
          () => true,
          () => false,
        );
        if (!isAlive) {
          await service.ended;
          acme = await start();
        }
        const id = await retried(acme, order, key);
        const { body } = await acme('GET', '/orders?limit=100', { headers: { 'cache-control': 'no-cache' } });
        expect(body.items.filter(({ note }) => note === order.note).map((found) => found.id)).toEqual([id]);
        expect(await changesOf(acme, id)).toEqual(['PLACED']);
        await expect.poll(() => mailsOf(acme, id), PATIENCE).toEqual(['Your order of EUR 3.00']);
      }
      expect(statement).toBeGreaterThan(FEWEST_STATEMENTS);
    },
    LIMIT_MS,
  );
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
