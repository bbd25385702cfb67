import { systemClock } from '@holdfast/context/clock';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { WebhookSenderOptions } from '../../src/webhooks/index.ts';
import { startSender } from './plant.ts';
import { startReceiver } from './receiver.ts';

const HOUR_MS = 3_600_000;
const EVENT = { type: 'a.b', data: 1 };

async function setUp(options: WebhookSenderOptions = {}) {
  const receiver = await startReceiver(500);
  onTestFinished(() => receiver.close());
  const wall = { offsetMs: 0 };
  const plant = await startSender({
    ...options,
    clock: { ...systemClock, wallTime: () => systemClock.wallTime() + wall.offsetMs },
  });
  const { id: endpointId } = await plant.sender.endpoints.register({ url: receiver.url });
  const send = (id: string) => plant.sender.send({ endpointId }, { ...EVENT, id });
  return { ...plant, receiver, wall, endpointId, send };
}

describe.each([
  ['back', -HOUR_MS],
  ['forward', HOUR_MS],
])('a wall clock that goes %s by an hour', (_name, jumpMs) => {
  it('holds up no retry, and signs each attempt for the time that it shows', async () => {
    const { receiver, wall, attempts, send } = await setUp();
    await send('m-1');
    await attempts.find(({ attempt }) => attempt === 1);
    wall.offsetMs = jumpMs;
    await attempts.find(({ attempt }) => attempt === 2);
    receiver.answer = 204;
    await send('m-2');
    for (const id of ['m-1', 'm-2'])
      await attempts.find(({ eventId, outcome }) => eventId === id && outcome === 'delivered');
    const [first, ...later] = receiver.requests.map(({ headers }) => Number(headers['webhook-timestamp']));
    const jumpedBy = (later.at(-1) ?? 0) - (first ?? 0);
    expect(Math.sign(jumpedBy)).toBe(Math.sign(jumpMs));
  });

  it('holds up no probe of an endpoint that was disabled, nor what is held for it', async () => {
    const { receiver, wall, attempts, changes, send } = await setUp({
      disableAfterMs: 0,
      probeIntervalMs: 50,
      maintenanceIntervalMs: 25,
    });
    await send('m-1');
    await changes.find(({ reason }) => reason === 'failing');
    wall.offsetMs = jumpMs;
    await send('m-2');
    await attempts.find(({ outcome }) => outcome === 'probe-failed');
    wall.offsetMs = 0;
    receiver.answer = 204;
    await changes.find(({ reason }) => reason === 'probe');
    for (const id of ['m-1', 'm-2'])
      await attempts.find(({ eventId, outcome }) => eventId === id && outcome === 'delivered');
  });

  it('disables no endpoint that fails since a moment ago', async () => {
    const { wall, attempts, changes, send, sender, endpointId } = await setUp();
    await send('m-1');
    await attempts.find(({ attempt }) => attempt === 1);
    wall.offsetMs = jumpMs;
    await attempts.find(({ attempt }) => attempt === 3);
    expect(changes.all).toEqual([]);
    expect(await sender.endpoints.get(endpointId)).toMatchObject({ status: 'enabled' });
  });
});
