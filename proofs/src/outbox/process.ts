/** A writer, a relay or a consumer of the proof; it may be killed at any moment. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createEventBus } from '@holdfast/events';
import { createRandom } from '../harness/random.ts';
import '../workload/end-with-parent.ts';
import { BUS, EVENT, GROUP, KEYS, type OutboxSettings, SETTINGS_VARIABLE } from './settings.ts';
import { openShop, type ShopEvents } from './shop.ts';

const UNDONE_CHANCE = 0.15;
const LEASE_MS = 400;

const settings = JSON.parse(process.env[SETTINGS_VARIABLE] ?? '{}') as OutboxSettings;
const { engine, role, where, seed } = settings;
const random = createRandom(seed);
const shop = await openShop(engine, where);
const bus = createEventBus<ShopEvents>({ name: BUS, ...shop.busOptions, leaseMs: LEASE_MS });
await bus.ready();
let ending = false;
process.once('SIGTERM', () => (ending = true));

if (role === 'consumer') {
  await bus.subscribe(GROUP, EVENT, ({ payload }) => shop.record(payload), {
    from: 'start',
    ordered: true,
    concurrency: 4,
    maxRetries: 50,
    backoff: { initialDelayMs: 5, maxDelayMs: 50 },
    circuit: false,
    lockDurationMs: 1500,
    stalledIntervalMs: 250,
  });
}
process.stdout.write('ready\n');
while (!ending) {
  if (role === 'writer') {
    const key = `k${random.between(1, KEYS)}`;
    await shop.place(bus, randomUUID(), key, random.chance(UNDONE_CHANCE)).catch((error: Error) => {
      process.stderr.write(`${error.message}\n`);
    });
  }
  await sleep(random.between(1, 8));
}
await bus.close();
await shop.close();
process.exit(0);
