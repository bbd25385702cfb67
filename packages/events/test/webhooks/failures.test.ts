import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AttemptOutcome, DeliveryErrorClass, WebhookSenderOptions } from '../../src/webhooks/index.ts';
import { SECRET, startSender } from './plant.ts';
import { type Answer, type Receiver, startReceiver } from './receiver.ts';

async function receiverOf(answer?: Answer, host?: string): Promise<Receiver> {
  const receiver = await startReceiver(answer, host);
  onTestFinished(() => receiver.close());
  return receiver;
}

const EVENT = { id: 'msg_1', type: 'a.b', data: 1 };

/** The first attempt at an endpoint. */
async function firstAttempt(url: string, options: WebhookSenderOptions = {}) {
  const plant = await startSender({ retryScheduleMs: [60_000], ...options });
  const { id: endpointId } = await plant.sender.endpoints.register({ url });
  await plant.sender.send({ endpointId }, EVENT);
  const attempt = await plant.attempts.find(() => true);
  const [recorded] = (await plant.sender.delivery(attempt.deliveryId)).log;
  return { ...plant, endpointId, attempt, recorded };
}

describe('an attempt', () => {
  it.each<[number, DeliveryErrorClass, AttemptOutcome]>([
    [301, 'redirect', 'retried'],
    [308, 'redirect', 'retried'],
    [400, 'status', 'retried'],
    [401, 'status', 'retried'],
    [404, 'status', 'retried'],
    [410, 'gone', 'gone'],
    [429, 'throttled', 'retried'],
    [500, 'status', 'retried'],
  ])('that is answered with %i has failed (%s) and is %s', async (status, errorClass, outcome) => {
    const receiver = await receiverOf(status);
    const { attempt } = await firstAttempt(receiver.url);
    expect(attempt).toMatchObject({ statusCode: status, errorClass, outcome });
  });

  it('follows no redirect', async () => {
    const target = await receiverOf();
    const receiver = await receiverOf(
      (_request, response) => void response.writeHead(307, { location: target.url }).end(),
    );
    await firstAttempt(receiver.url);
    expect(receiver.requests).toHaveLength(1);
    expect(target.requests).toEqual([]);
  });

  it('has a limit of time, also where an answer never comes', async () => {
    const receiver = await receiverOf(() => {});
    const { attempt, recorded } = await firstAttempt(receiver.url, { timeoutMs: 50 });
    expect(attempt).toMatchObject({ errorClass: 'timeout', outcome: 'retried' });
    expect(recorded?.excerpt).toBe('No answer within 50 ms.');
  });

  it('reads an endless answer to its limit only', async () => {
    const receiver = await receiverOf((_request, response) => {
      response.writeHead(200);
      const pour = () => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', pour);
      pour();
    });
    const { attempt, recorded } = await firstAttempt(receiver.url, { excerptBytes: 10 });
    expect(attempt).toMatchObject({ outcome: 'delivered', statusCode: 200 });
    expect(recorded?.excerpt).toBe('xxxxxxxxxx');
  });

  it('takes the status for the answer where the body is cut off', async () => {
    const receiver = await receiverOf((request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('abc', () => request.socket.destroy());
    });
    const { attempt } = await firstAttempt(receiver.url);
    expect(attempt.outcome).toBe('delivered');
  });

  it('keeps control characters of the answer out of the log', async () => {
    const receiver = await receiverOf(
      (_request, response) => void response.writeHead(500).end('a\u001b[31m\u0000b'),
    );
    const { recorded } = await firstAttempt(receiver.url);
    expect(recorded?.excerpt).toBe('a\ufffd[31m\ufffdb');
  });

  it('has failed where nobody listens, and where what listens speaks no HTTP', async () => {
    const noise = createServer((socket) => void socket.end('SSH-2.0-OpenSSH\r\n'));
    await new Promise<void>((resolve) => noise.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void noise.close());
    const { port } = noise.address() as { port: number };
    expect((await firstAttempt(`http://127.0.0.1:${port}/`)).attempt.errorClass).toBe('connection');
    const receiver = await receiverOf();
    await receiver.close();
    expect((await firstAttempt(receiver.url)).attempt.errorClass).toBe('connection');
  });

  it('has failed where the name has no address', async () => {
    const resolve = async () => [];
    const { attempt } = await firstAttempt('http://nowhere.example/', { resolve });
    expect(attempt.errorClass).toBe('dns');
  });

  it('is made again at once on a new connection where an idle one was closed', async () => {
    const receiver = await receiverOf((request, response) => {
      response.writeHead(204).end(() => request.socket.resetAndDestroy());
    });
    const { sender, attempts } = await startSender();
    const { id: endpointId } = await sender.endpoints.register({ url: receiver.url });
    for (const id of ['1', '2', '3']) {
      await sender.send({ endpointId }, { ...EVENT, id });
      await attempts.find(({ eventId, outcome }) => eventId === id && outcome === 'delivered');
    }
  });

  it('goes nowhere near a proxy of the environment', async () => {
    const proxy = await receiverOf();
    const receiver = await receiverOf();
    const before = { ...process.env };
    onTestFinished(() => {
      process.env = before;
    });
    const { url } = proxy;
    Object.assign(process.env, {
      HTTP_PROXY: url,
      http_proxy: url,
      HTTPS_PROXY: url,
      NODE_USE_ENV_PROXY: '1',
    });
    const { attempt } = await firstAttempt(receiver.url);
    expect(attempt.outcome).toBe('delivered');
    expect(proxy.requests).toEqual([]);
  });
});

describe('the guard at connect time', () => {
  it('refuses a name that resolves to a refused address, and one address of several refuses the name', async () => {
    const inner = await receiverOf(204, '127.0.0.2');
    for (const addresses of [['127.0.0.2'], ['127.0.0.1', '127.0.0.2'], ['::ffff:127.0.0.1'], ['nonsense']]) {
      const url = `http://hooks.example:${inner.port}/`;
      const { attempt } = await firstAttempt(url, { resolve: async () => addresses });
      expect(attempt.errorClass).toBe('refused-address');
    }
    expect(inner.requests).toEqual([]);
  });

  it('cannot be passed by a name that is bound to another address after the check', async () => {
    const outer = await receiverOf(
      (_request, response) => void response.writeHead(500, { connection: 'close' }).end(),
    );
    // The same port on an address that is refused, as a service of the inner network would have it.
    const inner = await startReceiver(204, '127.0.0.2').then(async (other) => {
      await other.close();
      const { createServer: createHttp } = await import('node:http');
      const requests: unknown[] = [];
      const server = createHttp((request, response) => {
        requests.push(request.url);
        response.end();
      });
      await new Promise<void>((resolve) => server.listen(outer.port, '127.0.0.2', resolve));
      onTestFinished(() => void server.close());
      return requests;
    });
    let asked = 0;
    const resolve = async () => [asked++ % 2 === 0 ? '127.0.0.1' : '127.0.0.2'];
    const { sender, attempts } = await startSender({ resolve, retryScheduleMs: [1, 1, 1, 1, 1] });
    const { id: endpointId } = await sender.endpoints.register({
      url: `http://rebinding.example:${outer.port}/`,
    });
    await sender.send({ endpointId }, EVENT);
    await attempts.find(({ attempt }) => attempt === 4);
    const classes = attempts.all.slice(0, 4).map(({ errorClass }) => errorClass);
    expect(classes).toEqual(['status', 'refused-address', 'status', 'refused-address']);
    expect(inner).toEqual([]);
  });

  it('checks a URL that was stored before the rules were made stricter', async () => {
    const receiver = await receiverOf();
    const first = await startSender({}, false);
    const { id: endpointId } = await first.sender.endpoints.register({ url: receiver.url });
    await first.sender.send({ endpointId }, EVENT);
    const strict = await startSender({
      backend: { file: `${first.folder}/queue.db` },
      allowPrivate: ['127.0.0.9'],
    });
    expect((await strict.attempts.find(() => true)).errorClass).toBe('refused-address');
    expect(receiver.requests).toEqual([]);
  });
});

describe('an endpoint that asks for time', () => {
  it.each<[number, string]>([
    [429, '3600'],
    [503, '3600'],
    [503, new Date(Date.now() + 3_600_000).toUTCString()],
  ])('with %i and Retry-After: %s gets it, for its other deliveries, too', async (status, retryAfter) => {
    const receiver = await receiverOf(
      (_request, response) => void response.writeHead(status, { 'retry-after': retryAfter }).end(),
    );
    const { sender, endpointId, attempts } = await firstAttempt(receiver.url, { retryScheduleMs: [1, 1] });
    await sender.send({ endpointId }, { ...EVENT, id: 'msg_2' });
    const other = await receiverOf();
    await sender.endpoints.register({ id: 'other', url: other.url });
    await sender.send({ endpointId: 'other' }, EVENT);
    await attempts.find((attempt) => attempt.endpointId === 'other');
    expect(receiver.requests).toHaveLength(1);
  });
});

describe('secrets', () => {
  it('are in no log, error, list or fact', async () => {
    const receiver = await receiverOf(500);
    const { sender, attempts, changes } = await startSender({ secretStorageKey: Buffer.alloc(32, 1) });
    const { id } = await sender.endpoints.register({ url: receiver.url, secret: SECRET });
    await sender.send({ endpointId: id }, EVENT);
    const { deliveryId } = await attempts.find(({ outcome }) => outcome === 'failed');
    const told = [
      await sender.endpoints.list(),
      await sender.endpoints.get(id),
      await sender.delivery(deliveryId),
      attempts.all,
      changes.all,
    ];
    expect(JSON.stringify(told)).not.toContain(SECRET.slice('whsec_'.length));
  });

  it('that cannot be read fail the attempt, not the process', async () => {
    const receiver = await receiverOf();
    const sealed = await startSender({ secretStorageKey: Buffer.alloc(32, 1) }, false);
    const { id: endpointId } = await sealed.sender.endpoints.register({ url: receiver.url });
    await sealed.sender.send({ endpointId }, EVENT);
    const other = await startSender({ backend: { file: `${sealed.folder}/queue.db` } });
    expect((await other.attempts.find(() => true)).errorClass).toBe('secret');
    expect(receiver.requests).toEqual([]);
  });
});
