import { createTraceContext, runWithTrace, setIdentity } from '@holdfast/context';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SECRET, startSender } from './plant.ts';
import { type Answer, type Receiver, startReceiver } from './receiver.ts';

async function receiverOf(answer?: Answer): Promise<Receiver> {
  const receiver = await startReceiver(answer);
  onTestFinished(() => receiver.close());
  return receiver;
}

describe('a delivery', () => {
  it('arrives as Standard Webhooks says and is verified by its official library', async () => {
    const receiver = await receiverOf();
    const { sender, attempts } = await startSender();
    const endpoint = await sender.endpoints.register({ url: receiver.url, secret: SECRET });
    const sent = await sender.send(
      { endpointId: endpoint.id },
      { id: 'msg_1', type: 'invoice.paid', data: { id: 'in_1' }, timestamp: 1_700_000_000_000 },
    );
    expect(sent).toEqual({
      eventId: 'msg_1',
      deliveries: [{ deliveryId: sent.deliveries[0]?.deliveryId, endpointId: endpoint.id, status: 'queued' }],
    });
    const [request] = await receiver.received(1);
    expect(request?.body).toBe(
      '{"type":"invoice.paid","timestamp":"2023-11-14T22:13:20.000Z","data":{"id":"in_1"}}',
    );
    expect(request?.headers).toMatchObject({
      'webhook-id': 'msg_1',
      'content-type': 'application/json',
      'user-agent': 'Holdfast-Webhooks',
    });
    const headers = request?.headers as Record<string, string>;
    expect(new Webhook(SECRET).verify(request?.body ?? '', headers)).toMatchObject({ type: 'invoice.paid' });
    const attempt = await attempts.find(({ outcome }) => outcome === 'delivered');
    expect(attempt).toMatchObject({ eventId: 'msg_1', attempt: 1, statusCode: 204, endpointId: endpoint.id });
    expect(await sender.delivery(attempt.deliveryId)).toMatchObject({ status: 'delivered', attempts: 1 });
  });

  it('is retried with the same id and a fresh signature until it is taken', async () => {
    const receiver = await receiverOf(500);
    receiver.answer = (_request, response) =>
      void response.writeHead(receiver.requests.length < 3 ? 500 : 200).end('the answer');
    const { sender, attempts } = await startSender();
    const endpoint = await sender.endpoints.register({ url: receiver.url, secret: SECRET });
    await sender.send({ endpointId: endpoint.id }, { id: 'msg_1', type: 'a.b', data: 1 });
    const { deliveryId } = await attempts.find(({ outcome }) => outcome === 'delivered');
    const requests = receiver.requests;
    expect(requests.map(({ headers }) => headers['webhook-id'])).toEqual(['msg_1', 'msg_1', 'msg_1']);
    for (const { body, headers } of requests)
      new Webhook(SECRET).verify(body, headers as Record<string, string>);
    const { log } = await sender.delivery(deliveryId);
    expect(
      log.map(({ attempt, statusCode, errorClass, excerpt }) => ({
        attempt,
        statusCode,
        errorClass,
        excerpt,
      })),
    ).toEqual([
      { attempt: 1, statusCode: 500, errorClass: 'status', excerpt: 'the answer' },
      { attempt: 2, statusCode: 500, errorClass: 'status', excerpt: 'the answer' },
      { attempt: 3, statusCode: 200, errorClass: undefined, excerpt: 'the answer' },
    ]);
  });

  it('has failed when the schedule is used up, and is delivered again when asked', async () => {
    const receiver = await receiverOf(500);
    const { sender, attempts } = await startSender({ retryScheduleMs: [5] });
    const endpoint = await sender.endpoints.register({ url: receiver.url });
    await sender.send({ endpointId: endpoint.id }, { id: 'msg_1', type: 'a.b', data: 1 });
    const { deliveryId, attempt } = await attempts.find(({ outcome }) => outcome === 'failed');
    expect(attempt).toBe(2);
    expect((await sender.deliveries(endpoint.id, { status: 'failed' })).items).toMatchObject([
      { id: deliveryId },
    ]);
    receiver.answer = 200;
    await sender.redeliver(deliveryId);
    expect(await attempts.find(({ outcome }) => outcome === 'delivered')).toMatchObject({
      deliveryId,
      eventId: 'msg_1',
      attempt: 3,
    });
  });

  it('is accepted once for each event and endpoint', async () => {
    const receiver = await receiverOf();
    const { sender } = await startSender();
    const { id: endpointId } = await sender.endpoints.register({ url: receiver.url });
    const event = { id: 'msg_1', type: 'a.b', data: 1 };
    expect((await sender.send({ endpointId }, event)).deliveries[0]?.status).toBe('queued');
    expect((await sender.send({ endpointId }, event)).deliveries[0]?.status).toBe('duplicate');
  });

  it('goes to every endpoint that listens to the topic', async () => {
    const [invoices, all, others] = await Promise.all([receiverOf(), receiverOf(), receiverOf()]);
    const { sender } = await startSender();
    await sender.endpoints.register({ url: invoices.url, topics: ['invoice'] });
    await sender.endpoints.register({ url: all.url, topics: ['*'] });
    await sender.endpoints.register({ url: others.url, topics: ['order'] });
    const { deliveries } = await sender.send({ topic: 'invoice' }, { type: 'invoice.paid', data: {} });
    expect(deliveries).toHaveLength(2);
    await Promise.all([invoices.received(1), all.received(1)]);
    expect(others.requests).toEqual([]);
  });

  it('tells a foreign host the trace and nothing else of the request, and a trusted one its ids', async () => {
    const receiver = await receiverOf();
    const { sender } = await startSender();
    const { id: endpointId } = await sender.endpoints.register({ url: receiver.url });
    const send = () =>
      runWithTrace(createTraceContext({ requestId: 'req-1', correlationId: 'cor-1' }), () => {
        setIdentity({ tenantId: 'acme', userId: 'ann' });
        return sender.send({ endpointId }, { type: 'a.b', data: 1 });
      });
    await send();
    const [first] = await receiver.received(1);
    expect(Object.keys(first?.headers ?? {}).sort()).toEqual([
      'connection',
      'content-length',
      'content-type',
      'host',
      'traceparent',
      'user-agent',
      'webhook-id',
      'webhook-signature',
      'webhook-timestamp',
    ]);
    const trusting = await startSender({ trustedHosts: ['127.0.0.1'] });
    await trusting.sender.endpoints.register({ id: 'own', url: receiver.url });
    await runWithTrace(createTraceContext({ requestId: 'req-1', correlationId: 'cor-1' }), () =>
      trusting.sender.send({ endpointId: 'own' }, { type: 'a.b', data: 1 }),
    );
    const [, second] = await receiver.received(2);
    expect(second?.headers).toMatchObject({ 'x-correlation-id': 'cor-1', 'x-request-id': 'req-1' });
  });
});
