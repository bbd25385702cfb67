import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEventBus } from '@holdfast/events';
import { startPostgres } from '@holdfast/test-servers';
import { type LineProcess, startLineProcess } from '../harness/line-process.ts';
import type { Proof, ProofContext, ProofResult } from '../harness/proof.ts';
import { agree } from './agreement.ts';
import { BUS, GROUP, type OutboxSettings, SETTINGS_VARIABLE } from './settings.ts';
import { openShop, type Shop, type ShopEvents } from './shop.ts';

const PROCESS = new URL('process.ts', import.meta.url);
const ROLES: readonly OutboxSettings['role'][] = ['writer', 'writer', 'relay', 'consumer', 'consumer'];
/** Between the start of a process and its end. */
const SHORTEST_LIFE_MS = 20;
const LONGEST_LIFE_MS = 700;
const DRAIN_LIMIT_MS = 120_000;
const DRAIN_LOOK_MS = 250;
const START_LIMIT_MS = 20_000;
const END_LIMIT_MS = 20_000;

interface Running {
  readonly role: OutboxSettings['role'];
  readonly process: LineProcess;
  /** Resolves with the first line that it prints. */
  readonly ready: Promise<void>;
}

interface Place {
  readonly where: string;
  stop(): Promise<unknown>;
}

/** Writers, relays and consumers are killed at random; then the rows are held against the deliveries. */
export const outbox: Proof = {
  claim:
    'Every committed row has its event delivered, no other is, and each key keeps the order of its commits.',
  unit: 'rounds',
  defaultSize: 200,
  stores: ['sqlite', 'postgres'],
  run: async (context) => {
    const engine = context.store === 'postgres' ? 'postgres' : 'sqlite';
    const place = await openPlace(engine);
    try {
      return await tryOut(engine, place.where, context);
    } finally {
      await place.stop();
    }
  },
};

async function tryOut(
  engine: OutboxSettings['engine'],
  where: string,
  { random, size, progress }: ProofContext,
): Promise<ProofResult> {
  const shop = await openShop(engine, where);
  const kills: Record<OutboxSettings['role'], number> = { writer: 0, relay: 0, consumer: 0 };
  const start = (role: OutboxSettings['role']): Running => {
    const settings: OutboxSettings = { engine, role, where, seed: random.between(0, 2 ** 31) };
    const ready = Promise.withResolvers<void>();
    const env = { [SETTINGS_VARIABLE]: JSON.stringify(settings) };
    return { role, process: startLineProcess(PROCESS, env, () => ready.resolve()), ready: ready.promise };
  };
  const running = ROLES.map(start);
  try {
    for (let round = 1; round <= size; round += 1) {
      await sleep(random.between(SHORTEST_LIFE_MS, LONGEST_LIFE_MS));
      const index = random.between(0, running.length - 1);
      const victim = running[index];
      if (victim === undefined) continue;
      // One in ten is killed while it starts.
      if (!random.chance(0.1)) await Promise.race([victim.ready, sleep(START_LIMIT_MS)]);
      await victim.process.kill();
      kills[victim.role] += 1;
      running[index] = start(victim.role);
      if (round % 20 === 0) progress(`${round} of ${size} kills, ${(await shop.orders()).length} orders`);
    }
    await Promise.race([Promise.all(running.map(({ ready }) => ready)), sleep(START_LIMIT_MS)]);
    for (const { role, process } of running) if (role === 'writer') await process.end(END_LIMIT_MS);
    const drainMs = await drain(shop);
    return await judge(shop, kills, drainMs);
  } finally {
    for (const { process } of running) await process.kill();
    await shop.close();
  }
}

async function judge(
  shop: Shop,
  kills: Readonly<Record<OutboxSettings['role'], number>>,
  drainMs: number,
): Promise<ProofResult> {
  const bus = createEventBus<ShopEvents>({ name: BUS, ...shop.busOptions });
  try {
    const [orders, effects, lag] = [await shop.orders(), await shop.effects(), await bus.getLag()];
    const dead = await (await bus.deadLetters(GROUP)).count();
    const { doubles, violations } = agree(orders, effects);
    return {
      figures: {
        killedWriters: kills.writer,
        killedRelays: kills.relay,
        killedConsumers: kills.consumer,
        orders: orders.length,
        deliveries: effects.length,
        doubles,
        deadLetters: dead,
        leftInOutbox: lag.outbox?.pending ?? -1,
        drainMs,
      },
      violations: [
        ...violations,
        ...(orders.length === 0 ? ['no order was placed, so nothing was shown'] : []),
        ...(dead > 0 ? [`${dead} events are dead letters`] : []),
        ...(lag.outbox?.pending === 0 ? [] : [`${lag.outbox?.pending} rows are left in the outbox`]),
      ],
    };
  } finally {
    await bus.close();
  }
}

/** Waits until every order has its effect, or nothing more comes. */
async function drain(shop: Shop): Promise<number> {
  const began = performance.now();
  while (performance.now() - began < DRAIN_LIMIT_MS) {
    const delivered = new Set((await shop.effects()).map(({ id }) => id));
    if ((await shop.orders()).every(({ id }) => delivered.has(id))) break;
    await sleep(DRAIN_LOOK_MS);
  }
  return Math.round(performance.now() - began);
}

async function openPlace(engine: OutboxSettings['engine']): Promise<Place> {
  if (engine === 'postgres') {
    const server = await startPostgres();
    return { where: server.url, stop: () => server.stop() };
  }
  const where = mkdtempSync(join(tmpdir(), 'holdfast-outbox-'));
  return { where, stop: async () => rmSync(where, { recursive: true, force: true }) };
}
