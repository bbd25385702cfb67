import { expect, it, onTestFinished } from 'vitest';
import { startSender } from './plant.ts';
import { startReceiver } from './receiver.ts';

it('a dead endpoint with a backlog holds one place of the process and delays no other endpoint', async () => {
  const dead = await startReceiver(() => {});
  const healthy = await startReceiver();
  onTestFinished(() => dead.close());
  onTestFinished(() => healthy.close());
  const { sender } = await startSender({ concurrency: 4, timeoutMs: 600_000, closeTimeoutMs: 0 });
  await sender.endpoints.register({ id: 'dead', url: dead.url });
  await sender.endpoints.register({ id: 'healthy', url: healthy.url });
  const send = (endpointId: string, id: number) =>
    sender.send({ endpointId }, { id: `${endpointId}-${id}`, type: 'a.b', data: id });
  await Promise.all(Array.from({ length: 50 }, (_, id) => send('dead', id)));
  await dead.received(1);
  await Promise.all(Array.from({ length: 50 }, (_, id) => send('healthy', id)));
  const received = await healthy.received(50);
  expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(50);
  expect(dead.requests).toHaveLength(1);
});

it('an endpoint that fails is left alone by its circuit while the others go on', async () => {
  const failing = await startReceiver(500);
  const healthy = await startReceiver();
  onTestFinished(() => failing.close());
  onTestFinished(() => healthy.close());
  const { sender, attempts } = await startSender({ retryScheduleMs: [1, 1] });
  await sender.endpoints.register({ id: 'failing', url: failing.url });
  await sender.endpoints.register({ id: 'healthy', url: healthy.url });
  const send = (endpointId: string, id: number) =>
    sender.send({ endpointId }, { id: `${endpointId}-${id}`, type: 'a.b', data: id });
  await Promise.all(Array.from({ length: 30 }, (_, id) => send('failing', id)));
  await failing.received(5);
  await Promise.all(Array.from({ length: 30 }, (_, id) => send('healthy', id)));
  await healthy.received(30);
  expect(failing.requests).toHaveLength(5);
  expect(
    attempts.all
      .filter(({ endpointId }) => endpointId === 'healthy')
      .every(({ outcome }) => outcome === 'delivered'),
  ).toBe(true);
});
