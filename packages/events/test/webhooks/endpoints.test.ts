import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { generateSecret, verificationKey } from '../../src/webhooks/index.ts';
import { SECRET, startSender } from './plant.ts';
import { type Answer, type Receiver, startReceiver } from './receiver.ts';

async function receiverOf(answer?: Answer): Promise<Receiver> {
  const receiver = await startReceiver(answer);
  onTestFinished(() => receiver.close());
  return receiver;
}

const EVENT = { id: 'msg_1', type: 'a.b', data: 1 };

describe('an endpoint', () => {
  it('is there for other processes and after a restart, without its secret being shown', async () => {
    const { sender, folder } = await startSender({}, false);
    const registered = await sender.endpoints.register({
      id: 'ep_1',
      url: 'http://127.0.0.1:8080/hook',
      secret: SECRET,
      topics: ['invoice', 'order'],
      ratePerSecond: 5,
      concurrency: 2,
    });
    const other = await startSender({ backend: { file: `${folder}/queue.db` } }, false);
    const { verificationKey: issued, ...shown } = registered;
    expect(issued).toBe(SECRET);
    expect(await other.sender.endpoints.get('ep_1')).toEqual(shown);
    expect(shown).toEqual({
      id: 'ep_1',
      url: 'http://127.0.0.1:8080/hook',
      status: 'enabled',
      topics: ['invoice', 'order'],
      ratePerSecond: 5,
      concurrency: 2,
      activeSecrets: 1,
      createdAt: shown.createdAt,
    });
  });

  it('is listed in the order of registration, page by page', async () => {
    const { sender } = await startSender({}, false);
    for (const id of ['a', 'b', 'c']) await sender.endpoints.register({ id, url: 'http://127.0.0.1/' });
    const first = await sender.endpoints.list({ limit: 2 });
    await sender.endpoints.register({ id: 'd', url: 'http://127.0.0.1/' });
    const second = await sender.endpoints.list({
      ...(first.nextCursor !== undefined && { cursor: first.nextCursor }),
    });
    expect(first.items.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(second.items.map(({ id }) => id)).toEqual(['c', 'd']);
    expect(second.nextCursor).toBeUndefined();
  });

  it('can be changed and removed', async () => {
    const { sender } = await startSender({}, false);
    await sender.endpoints.register({ id: 'a', url: 'http://127.0.0.1/', topics: ['x'] });
    await sender.endpoints.update('a', { url: 'http://127.0.0.1/new', topics: ['y'] });
    expect(await sender.endpoints.get('a')).toMatchObject({ url: 'http://127.0.0.1/new', topics: ['y'] });
    expect((await sender.send({ topic: 'x' }, EVENT)).deliveries).toEqual([]);
    expect((await sender.send({ topic: 'y' }, EVENT)).deliveries).toHaveLength(1);
    await sender.endpoints.remove('a');
    await expect(sender.endpoints.get('a')).rejects.toMatchObject({ code: 'ERR_WEBHOOK_ENDPOINT_NOT_FOUND' });
    expect((await sender.send({ topic: 'y' }, EVENT)).deliveries).toEqual([]);
  });

  it('keeps its id and its topics where another is registered under the same id', async () => {
    const { sender } = await startSender({}, false);
    await sender.endpoints.register({ id: 'a', url: 'http://127.0.0.1/', topics: ['x'] });
    await expect(
      sender.endpoints.register({ id: 'a', url: 'http://127.0.0.1/', topics: ['y'] }),
    ).rejects.toMatchObject({ code: 'ERR_WEBHOOK_ENDPOINT_EXISTS' });
    expect((await sender.send({ topic: 'y' }, EVENT)).deliveries).toEqual([]);
    expect((await sender.send({ topic: 'x' }, EVENT)).deliveries).toHaveLength(1);
  });

  it.each([
    [{ url: 'https://127.0.0.2/' }, 'ERR_WEBHOOK_URL_REFUSED'],
    [{ url: 'http://ann:pw@127.0.0.1/' }, 'ERR_WEBHOOK_URL_REFUSED'],
    [{ url: 'http://127.0.0.1/', secret: 'whsec_c2hvcnQ=' }, 'ERR_WEBHOOK_SECRET'],
    [{ url: 'http://127.0.0.1/', id: 'a/b' }, 'ERR_WEBHOOK_OPTION'],
    [{ url: 'http://127.0.0.1/', topics: ['a b'] }, 'ERR_WEBHOOK_OPTION'],
    [{ url: 'http://127.0.0.1/', ratePerSecond: 0 }, 'ERR_WEBHOOK_OPTION'],
    [{ url: 'http://127.0.0.1/', concurrency: 0 }, 'ERR_WEBHOOK_OPTION'],
  ])('is refused as %j', async (endpoint, code) => {
    const { sender } = await startSender({}, false);
    await expect(sender.endpoints.register(endpoint)).rejects.toMatchObject({ code });
    expect((await sender.endpoints.list()).items).toEqual([]);
  });

  it('is signed for with both secrets while a rotation overlaps, and with the new one alone after it', async () => {
    const receiver = await receiverOf();
    const { sender } = await startSender();
    const { id: endpointId } = await sender.endpoints.register({ url: receiver.url, secret: SECRET });
    const { verificationKey: newer } = await sender.endpoints.rotateSecret(endpointId, { overlapMs: 60_000 });
    await sender.send({ endpointId }, EVENT);
    const [first] = await receiver.received(1);
    for (const secret of [SECRET, newer])
      new Webhook(secret).verify(first?.body ?? '', first?.headers as Record<string, string>);
    expect((await sender.endpoints.get(endpointId)).activeSecrets).toBe(2);
    const { verificationKey: newest } = await sender.endpoints.rotateSecret(endpointId, { overlapMs: 0 });
    await sender.send({ endpointId }, { ...EVENT, id: 'msg_2' });
    const [, second] = await receiver.received(2);
    new Webhook(newest).verify(second?.body ?? '', second?.headers as Record<string, string>);
    expect(String(second?.headers['webhook-signature']).split(' ')).toHaveLength(1);
  });

  it('may be signed for with ed25519: its owner is given the public key only', async () => {
    const receiver = await receiverOf();
    const { sender } = await startSender();
    const secret = generateSecret('v1a');
    const endpoint = await sender.endpoints.register({ url: receiver.url, secret });
    expect(endpoint.verificationKey).toBe(verificationKey(secret));
    await sender.send({ endpointId: endpoint.id }, EVENT);
    const [request] = await receiver.received(1);
    expect(request?.headers['webhook-signature']).toMatch(/^v1a,[A-Za-z0-9+/]{86}==$/);
  });
});

describe('an endpoint that answers 410', () => {
  it('is disabled with a fact that says so, and takes no event until it is enabled', async () => {
    const receiver = await receiverOf(410);
    const { sender, changes } = await startSender();
    const { id: endpointId } = await sender.endpoints.register({ url: receiver.url, topics: ['x'] });
    await sender.send({ endpointId }, EVENT);
    const change = await changes.find(({ change }) => change === 'disabled');
    expect(change).toMatchObject({ endpointId, reason: 'gone' });
    expect(await sender.endpoints.get(endpointId)).toMatchObject({
      status: 'disabled',
      disabledReason: 'gone',
    });
    await expect(sender.send({ endpointId }, EVENT)).rejects.toMatchObject({
      code: 'ERR_WEBHOOK_ENDPOINT_GONE',
    });
    expect((await sender.send({ topic: 'x' }, EVENT)).deliveries).toEqual([]);
    receiver.answer = 200;
    await sender.endpoints.enable(endpointId);
    await sender.send({ topic: 'x' }, { ...EVENT, id: 'msg_2' });
    await receiver.received(2);
  });
});

describe('an endpoint that is disabled by hand', () => {
  it('has what is accepted for it held, and gets it when it is enabled', async () => {
    const receiver = await receiverOf();
    const { sender, attempts } = await startSender();
    const { id: endpointId } = await sender.endpoints.register({ url: receiver.url });
    await sender.endpoints.disable(endpointId);
    const { deliveries } = await sender.send({ endpointId }, EVENT);
    expect(deliveries[0]?.status).toBe('held');
    expect((await sender.deliveries(endpointId)).items).toMatchObject([{ status: 'held', attempts: 0 }]);
    await sender.endpoints.enable(endpointId);
    await receiver.received(1);
    await attempts.find(({ outcome }) => outcome === 'delivered');
    expect((await sender.deliveries(endpointId)).items).toMatchObject([{ status: 'delivered', attempts: 1 }]);
  });
});

describe('an endpoint that fails for disableAfterMs', () => {
  it('is disabled, probed, and given what was held once it answers', async () => {
    const receiver = await receiverOf(500);
    const { sender, changes, attempts } = await startSender({
      disableAfterMs: 0,
      probeIntervalMs: 20,
      maintenanceIntervalMs: 10,
    });
    const { id: endpointId } = await sender.endpoints.register({ url: receiver.url });
    await sender.send({ endpointId }, { ...EVENT, id: 'first' });
    expect(await changes.find(({ change }) => change === 'disabled')).toMatchObject({
      endpointId,
      reason: 'failing',
    });
    await sender.send({ endpointId }, { ...EVENT, id: 'second' });
    await attempts.find(({ outcome }) => outcome === 'probe-failed');
    receiver.answer = 200;
    expect(await changes.find(({ change }) => change === 'enabled')).toMatchObject({
      endpointId,
      reason: 'probe',
    });
    for (const id of ['first', 'second'])
      await attempts.find(({ eventId, outcome }) => eventId === id && outcome === 'delivered');
    expect((await sender.deliveries(endpointId)).items.map(({ status }) => status)).toEqual([
      'delivered',
      'delivered',
    ]);
  });
});

describe('the delivery log', () => {
  it('is listed page by page, by status and by time, the newest first', async () => {
    const receiver = await receiverOf();
    const { sender, attempts } = await startSender();
    const { id: endpointId } = await sender.endpoints.register({ url: receiver.url });
    for (const id of ['1', '2', '3']) {
      await sender.send({ endpointId }, { ...EVENT, id });
      await attempts.find(({ eventId }) => eventId === id);
    }
    const first = await sender.deliveries(endpointId, { limit: 2 });
    const second = await sender.deliveries(endpointId, {
      limit: 2,
      ...(first.nextCursor !== undefined && { cursor: first.nextCursor }),
    });
    expect([...first.items, ...second.items].map(({ eventId }) => eventId)).toEqual(['3', '2', '1']);
    expect(second.nextCursor).toBeUndefined();
    const [, middle] = first.items;
    const from = middle?.createdAt ?? 0;
    const inRange = await sender.deliveries(endpointId, { from, to: from + 1, status: 'delivered' });
    expect(inRange.items.map(({ eventId }) => eventId)).toContain('2');
    expect((await sender.deliveries(endpointId, { status: 'failed' })).items).toEqual([]);
  });

  it('gives a range to be delivered again', async () => {
    const receiver = await receiverOf(500);
    const { sender, attempts } = await startSender({ retryScheduleMs: [] });
    const { id: endpointId } = await sender.endpoints.register({ url: receiver.url });
    const ids = ['1', '2', '3'];
    for (const id of ids) {
      await sender.send({ endpointId }, { ...EVENT, id });
      await attempts.find(({ eventId, outcome }) => eventId === id && outcome === 'failed');
    }
    receiver.answer = 200;
    expect(await sender.redeliverRange({ endpointId })).toBe(3);
    for (const id of ids)
      await attempts.find(({ eventId, outcome }) => eventId === id && outcome === 'delivered');
    expect(await sender.redeliverRange({ endpointId })).toBe(0);
  });

  it('forgets what is settled and older than the retention', async () => {
    const receiver = await receiverOf();
    const { sender, attempts } = await startSender({ retentionMs: 0, maintenanceIntervalMs: 5 });
    const { id: endpointId } = await sender.endpoints.register({ url: receiver.url });
    await sender.send({ endpointId }, EVENT);
    const { deliveryId } = await attempts.find(({ outcome }) => outcome === 'delivered');
    const forgotten = async () => {
      while ((await sender.deliveries(endpointId)).items.length > 0) await new Promise(setImmediate);
    };
    await forgotten();
    await expect(sender.delivery(deliveryId)).rejects.toMatchObject({
      code: 'ERR_WEBHOOK_DELIVERY_NOT_FOUND',
    });
    await expect(sender.redeliver(deliveryId)).rejects.toMatchObject({
      code: 'ERR_WEBHOOK_DELIVERY_NOT_FOUND',
    });
  });
});

describe('what is no event', () => {
  it.each([
    [{ type: '', data: 1 }, 'type'],
    [{ type: 'a b', data: 1 }, 'type'],
    [{ id: 'a\nb', type: 'a', data: 1 }, 'id'],
    [{ type: 'a', data: undefined }, 'data'],
    [{ type: 'a', data: () => 1 }, 'data'],
    [{ type: 'a', data: 1n }, 'data'],
    [{ type: 'a', data: 'x'.repeat(262_144) }, 'data'],
    [{ type: 'a', data: 1, timestamp: Number.NaN }, 'timestamp'],
  ])('is refused, and nothing is accepted (%#)', async (event, field) => {
    const { sender } = await startSender({}, false);
    await sender.endpoints.register({ id: 'a', url: 'http://127.0.0.1/' });
    await expect(sender.send({ endpointId: 'a' }, event)).rejects.toMatchObject({
      code: 'ERR_WEBHOOK_INVALID_EVENT',
      field,
    });
    expect((await sender.deliveries('a')).items).toEqual([]);
  });

  it('has no receiver that is not there', async () => {
    const { sender } = await startSender({}, false);
    await expect(sender.send({ endpointId: 'x' }, EVENT)).rejects.toMatchObject({
      code: 'ERR_WEBHOOK_ENDPOINT_NOT_FOUND',
    });
    await expect(sender.send({ topic: '*' }, EVENT)).rejects.toMatchObject({
      code: 'ERR_WEBHOOK_INVALID_EVENT',
    });
  });

  it('is not taken by a sender that is closed', async () => {
    const { sender } = await startSender({}, false);
    await sender.close();
    await expect(sender.send({ topic: 'x' }, EVENT)).rejects.toMatchObject({
      code: 'ERR_WEBHOOK_SENDER_CLOSED',
    });
  });
});
