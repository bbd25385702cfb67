import { getCurrentTrace } from '@holdfast/context';
import { ManualClock } from '@holdfast/context/testing';
import { correlationMiddleware } from '@holdfast/express/correlation';
import { errorHandler } from '@holdfast/express/error-handler';
import {
  BodyAlreadyReadError,
  type WebhookReceiverOptions,
  webhookReceiver,
} from '@holdfast/express/webhook-receiver';
import { QueueClosedError, QueueUnavailableError, type WebhookEvent } from '@holdfast/queue';
import { signWebhook } from '@holdfast/queue/signatures';
import express from 'express';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sendAndLeave, sendRaw, serve } from './serve.ts';

const SECRET = 'an-old-and-wise-secret';
const CLOCK = new ManualClock();
const BODY = JSON.stringify({ action: 'opened', issue: { title: 'größer' } });

function github(body: string | Buffer = BODY, secret = SECRET) {
  return {
    'content-type': 'application/json',
    ...signWebhook({
      provider: 'github',
      secret,
      body,
      eventId: 'delivery-1',
      eventType: 'issues',
      timestamp: CLOCK.wallTime(),
    }),
  };
}

/** A service with a store that remembers, or fails with `failure`. */
async function receiver(
  options: Partial<WebhookReceiverOptions> = {},
  failure?: Error,
  parser?: express.RequestHandler,
) {
  const events: WebhookEvent[] = [];
  const errors: unknown[] = [];
  const queue = {
    enqueue: async (event: WebhookEvent) => {
      if (failure !== undefined) throw failure;
      const status = events.some(({ eventId }) => eventId === event.eventId)
        ? ('duplicate' as const)
        : ('queued' as const);
      events.push(event);
      return { status, jobId: event.eventId };
    },
  };
  const app = express();
  app.use(correlationMiddleware());
  if (parser !== undefined) app.use(parser);
  const providers = {
    github: { secrets: [SECRET] },
    shop: { scheme: 'stripe' as const, secrets: ['whsec_1', 'whsec_2'] },
  };
  app.post(
    '/webhooks/:provider',
    webhookReceiver({ queue, providers, clock: CLOCK, limitBytes: 2000, ...options }),
  );
  app.use(
    errorHandler({ logger: { error: (context) => void errors.push((context as { err: unknown }).err) } }),
  );
  const { url, port } = await serve(app);
  const post = async (path: string, headers: Record<string, string>, body: string | Buffer = BODY) => {
    const response = await fetch(`${url}/webhooks/${path}`, { method: 'POST', headers, body });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Record<string, unknown>,
    };
  };
  return { post, events, errors, port };
}

const refusal = (code: string) => ({
  error: { code, message: expect.any(String), requestId: expect.any(String) },
});

describe('webhookReceiver', () => {
  it('verifies, stores and answers 200 with the id and the status', async () => {
    const { post, events } = await receiver();
    const answer = await post('github', github());
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ received: true, eventId: 'delivery-1', status: 'queued' });
    expect(events).toEqual([
      {
        eventId: 'delivery-1',
        eventType: 'issues.opened',
        payload: BODY,
        provider: 'github',
        receivedAt: 1767225600000,
      },
    ]);
  });

  it('says so when the event is known already', async () => {
    const { post } = await receiver();
    await post('github', github());
    expect((await post('github', github())).body).toMatchObject({ received: true, status: 'duplicate' });
  });

  it('answers acceptedStatus when told to', async () => {
    const { post } = await receiver({ acceptedStatus: 202 });
    expect((await post('github', github())).status).toBe(202);
  });

  it('takes a provider under another name, and any of its active secrets', async () => {
    const { post, events } = await receiver();
    const body = JSON.stringify({ id: 'evt_1', type: 'invoice.paid' });
    const headers = signWebhook({ provider: 'stripe', secret: 'whsec_2', body, timestamp: CLOCK.wallTime() });
    expect((await post('shop', headers, body)).status).toBe(200);
    expect(events[0]).toMatchObject({ eventId: 'evt_1', eventType: 'invoice.paid', provider: 'shop' });
  });

  it('verifies the bytes as they came, not what they are parsed to', async () => {
    const { post, events } = await receiver();
    const spaced = '{ "action":  "opened",\n "n": 1.0, "u": "\\u00e9" }';
    expect((await post('github', github(spaced), spaced)).status).toBe(200);
    expect(events[0]?.payload).toBe(spaced);
    expect((await post('github', github(spaced), JSON.stringify(JSON.parse(spaced)))).status).toBe(401);
  });

  it('puts provider and event id into the attributes of the request', async () => {
    let attributes: unknown;
    const queue = {
      enqueue: async () => {
        attributes = { ...getCurrentTrace()?.attributes };
        return { status: 'queued' as const, jobId: '1' };
      },
    };
    const { post } = await receiver({ queue });
    await post('github', github());
    expect(attributes).toEqual({ 'webhook.provider': 'github', 'webhook.event_id': 'delivery-1' });
  });

  describe('stores nothing and', () => {
    it.each(['unknown', '__proto__', 'constructor', 'GitHub'])(
      'answers 404 to the unknown provider %s',
      async (name) => {
        const { post, events } = await receiver();
        const answer = await post(name, github());
        expect(answer).toMatchObject({ status: 404, body: refusal('UNKNOWN_PROVIDER') });
        expect(events).toEqual([]);
      },
    );

    it('answers 401 to a missing signature', async () => {
      const { post, events } = await receiver();
      expect(await post('github', {})).toMatchObject({ status: 401, body: refusal('SIGNATURE_MISSING') });
      expect(events).toEqual([]);
    });

    it('answers 401 to a wrong signature, before it looks at the JSON', async () => {
      const { post, events } = await receiver();
      expect(await post('github', github(BODY, 'forged'))).toMatchObject({
        status: 401,
        body: refusal('SIGNATURE_MISMATCH'),
      });
      expect(await post('github', github('{', 'forged'), '{')).toMatchObject({ status: 401 });
      expect(events).toEqual([]);
    });

    it('answers 401 to a stale signature', async () => {
      const { post, events } = await receiver();
      const body = JSON.stringify({ id: 'evt_1', type: 'invoice.paid' });
      const timestamp = CLOCK.wallTime() - 301_000;
      const headers = signWebhook({ provider: 'stripe', secret: 'whsec_1', body, timestamp });
      expect(await post('shop', headers, body)).toMatchObject({
        status: 401,
        body: refusal('SIGNATURE_STALE'),
      });
      expect(events).toEqual([]);
    });

    it.each(['{"action":', '[]', '"text"', '', Buffer.from([0x7b, 0xff, 0x7d])])(
      'answers 400 to the signed body %j',
      async (body) => {
        const { post, events } = await receiver();
        const answer = await post('github', github(body), body);
        expect(answer).toMatchObject({ status: 400, body: refusal('WEBHOOK_UNREADABLE') });
        expect(events).toEqual([]);
      },
    );

    it('answers 413 to one byte over the limit, and takes a body of exactly the limit', async () => {
      const { post, events } = await receiver({ limitBytes: Buffer.byteLength(BODY) });
      expect((await post('github', github())).status).toBe(200);
      const longer = `${BODY} `;
      expect(await post('github', github(longer), longer)).toMatchObject({
        status: 413,
        body: refusal('PAYLOAD_TOO_LARGE'),
      });
      expect(events).toHaveLength(1);
    });

    it('answers 413 to a body without a length, and to one that it does not read to the end', async () => {
      const { port, events } = await receiver();
      const head =
        'POST /webhooks/github HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n';
      const chunk = `${(65_536).toString(16)}\r\n${'x'.repeat(65_536)}\r\n`;
      expect(await sendRaw(port, `${head}${chunk}0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 413 /);
      expect(await sendRaw(port, head + chunk.repeat(300))).toMatch(/^HTTP\/1\.1 413 .*Connection: close/s);
      expect(events).toEqual([]);
    });

    it('answers 415 to a compressed body', async () => {
      const { post } = await receiver();
      const answer = await post('github', { ...github(), 'content-encoding': 'gzip' });
      expect(answer).toMatchObject({ status: 415, body: refusal('UNSUPPORTED_ENCODING') });
    });

    it('answers 503 with Retry-After when the queue is down', async () => {
      const down = await receiver({}, new QueueUnavailableError('webhooks', 'it did not answer', 2000));
      const answer = await down.post('github', github());
      expect(answer).toMatchObject({ status: 503, body: refusal('QUEUE_UNAVAILABLE') });
      expect(answer.headers.get('retry-after')).toBe('2');
      const closed = await receiver({}, new QueueClosedError('webhooks'));
      expect((await closed.post('github', github())).headers.get('retry-after')).toBe('5');
    });

    it('leaves an unexpected failure to the error handler', async () => {
      const { post, errors } = await receiver({}, new Error('bug'));
      expect(await post('github', github())).toMatchObject({ status: 500, body: refusal('INTERNAL_ERROR') });
      expect(errors).toEqual([new Error('bug')]);
    });

    it('shows neither secret nor signature nor body in an answer', async () => {
      const { post } = await receiver();
      const headers = github(BODY, 'forged');
      const answers = [
        await post('github', headers),
        await post('github', github('{"a":'), '{"a":'),
        await post('github', {}),
      ];
      const text = JSON.stringify(answers.map(({ body }) => body));
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain(headers['x-hub-signature-256' as keyof typeof headers]);
      expect(text).not.toContain('{"a":');
    });
  });

  it('refuses clearly when a body parser ran before it', async () => {
    const { post, errors, events } = await receiver({}, undefined, express.json());
    expect(await post('github', github())).toMatchObject({ status: 500, body: refusal('INTERNAL_ERROR') });
    expect(errors).toEqual([new BodyAlreadyReadError()]);
    expect(new BodyAlreadyReadError().message).toContain('Mount webhookReceiver() before express.json()');
    expect(events).toEqual([]);
  });

  it('works behind express.raw(), which leaves the bytes as they are, and keeps its own limit', async () => {
    const { post } = await receiver({ limitBytes: 200 }, undefined, express.raw({ type: '*/*' }));
    expect((await post('github', github())).status).toBe(200);
    const longer = JSON.stringify({ text: 'x'.repeat(300) });
    expect((await post('github', github(longer), longer)).status).toBe(413);
  });

  it('stores nothing when the sender leaves in the middle of the body', async () => {
    let arrived: () => void = () => undefined;
    const isTime = new Promise<void>((resolve) => (arrived = resolve));
    const app = express();
    const events: unknown[] = [];
    const queue = { enqueue: async (event: WebhookEvent) => void events.push(event) as never };
    const receive = webhookReceiver({ queue, providers: { github: { secrets: [SECRET] } } });
    let settled: unknown = 'pending';
    app.post('/webhooks/:provider', async (req, res, next) => {
      req.once('data', () => arrived());
      settled = await Promise.resolve(receive(req, res, next));
    });
    const { port } = await serve(app);
    await sendAndLeave(
      port,
      'POST /webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"half":',
      isTime,
    );
    await expect.poll(() => settled).toBeUndefined();
    expect(events).toEqual([]);
  });

  it('keeps the connection usable after each kind of refusal', async () => {
    const { port } = await receiver();
    const request = (path: string, body: string, last = false) =>
      `POST /webhooks/${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n${last ? 'Connection: close\r\n' : ''}\r\n${body}`;
    const answer = await sendRaw(
      port,
      request('unknown', 'abc') +
        request('github', 'x'.repeat(5000)) +
        request('github', '{}') +
        request('github', '{}', true),
    );
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual([
      'HTTP/1.1 404',
      'HTTP/1.1 413',
      'HTTP/1.1 401',
      'HTTP/1.1 401',
    ]);
  });

  it('answers 300 hostile requests with a 4xx and stores nothing', async () => {
    const { port, events } = await receiver();
    const name = fc.constantFrom(
      'x-hub-signature-256',
      'x-github-event',
      'x-github-delivery',
      'stripe-signature',
      'content-length',
      'content-type',
    );
    const value = fc.oneof(
      fc.constantFrom(
        'sha256=',
        `sha256=${'0'.repeat(64)}`,
        't=1,v1=',
        '__proto__',
        '',
        '999999999999',
        '-1',
        '0',
      ),
      fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replace(/[\r\n\0]/g, '')),
    );
    const request = fc.record({
      path: fc.constantFrom('github', 'shop', '%00', '..%2f', 'github?provider=shop'),
      headers: fc.array(fc.tuple(name, value), { maxLength: 5 }),
      body: fc.uint8Array({ maxLength: 100 }),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ path, headers, body }) => {
        const lines = headers.map(([key, text]) => `${key}: ${text}\r\n`).join('');
        const length = headers.some(([key]) => key === 'content-length')
          ? ''
          : `Content-Length: ${body.length}\r\n`;
        const head = `POST /webhooks/${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${length}${lines}\r\n`;
        const answer = await sendHalfOpen(port, Buffer.concat([Buffer.from(head, 'utf8'), body]));
        // Nothing at all where the announced body never came.
        expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
      }),
      { numRuns: 300 },
    );
    expect(events).toEqual([]);
  });
});

/** Like `sendRaw`, but ends its own side, so that a body that is announced and never comes is seen to be over. */
async function sendHalfOpen(port: number, request: Buffer): Promise<string> {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
    socket
      .on('error', () => undefined)
      .on('end', () => socket.end())
      .on('close', () => resolve(answer));
    socket.end(request);
  });
}

describe('the options of webhookReceiver', () => {
  const queue = { enqueue: async () => ({ status: 'queued' as const, jobId: '1' }) };
  const providers = { github: { secrets: [SECRET] } };

  it.each<[string, object, RegExp]>([
    ['no provider', { queue, providers: {} }, /providers is empty; name at least one provider/],
    [
      'a missing secret',
      { queue, providers: { github: { secrets: [] } } },
      /providers\.github: secrets holds no secret for github/,
    ],
    [
      'an empty secret',
      { queue, providers: { github: { secrets: [''] } } },
      /providers\.github: secrets\[0\]/,
    ],
    [
      'an undefined secret',
      { queue, providers: { github: { secrets: [undefined] } } },
      /providers\.github: secrets\[0\]/,
    ],
    [
      'an unknown scheme',
      { queue, providers: { shop: { secrets: [SECRET] } } },
      /providers\.shop: provider is "shop"; it must be one of github/,
    ],
    [
      'a limit of 0',
      { queue, providers, limitBytes: 0 },
      /limitBytes is 0; it must be an integer from 1 to 26214400/,
    ],
    [
      'a status that is no success',
      { queue, providers, acceptedStatus: 301 },
      /acceptedStatus is 301; it must be an integer from 200 to 299/,
    ],
    ['no queue', { providers }, /queue must be what createWebhookQueue\(\) returns/],
  ])('are refused for %s', (_name, options, message) => {
    const create = () => webhookReceiver(options as WebhookReceiverOptions);
    expect(create).toThrow(
      expect.objectContaining({ name: 'ExpressOptionError', code: 'ERR_EXPRESS_OPTION' }),
    );
    expect(create).toThrow(message);
    expect(create).not.toThrow(SECRET);
  });
});
