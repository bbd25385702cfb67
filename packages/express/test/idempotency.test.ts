import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setIdentity } from '@holdfast/context';
import { ManualClock } from '@holdfast/context/testing';
import { correlationMiddleware } from '@holdfast/express/correlation';
import { errorHandler } from '@holdfast/express/error-handler';
import { type IdempotencyMiddlewareOptions, idempotencyMiddleware } from '@holdfast/express/idempotency';
import { type IdempotencyStore, MemoryIdempotencyStore, SqliteIdempotencyStore } from '@holdfast/idempotency';
import Database from 'better-sqlite3';
import compression from 'compression';
import cookieSession from 'cookie-session';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { sendAndLeave, sendRaw, serve } from './serve.ts';

interface Api {
  readonly url: string;
  readonly port: number;
  readonly store: IdempotencyStore;
  /** How often the handler ran. */
  readonly runs: () => number;
  readonly post: (body?: unknown, headers?: Record<string, string>, path?: string) => Promise<Response>;
}

interface Setup {
  readonly options?: IdempotencyMiddlewareOptions;
  readonly handler?: RequestHandler;
  readonly store?: IdempotencyStore;
  readonly before?: readonly RequestHandler[];
  readonly after?: readonly RequestHandler[];
  /** Told of what reaches the error handler. */
  readonly onError?: (error: unknown) => void;
}

async function api({
  options,
  handler = (req, res) => void res.status(201).json({ amount: (req.body as { amount?: number })?.amount }),
  store = new MemoryIdempotencyStore(),
  before = [express.json()],
  after = [],
  onError = () => undefined,
}: Setup = {}): Promise<Api> {
  let runs = 0;
  const app = express();
  for (const middleware of before) app.use(middleware);
  app.use(idempotencyMiddleware(store, options));
  for (const middleware of after) app.use(middleware);
  app.all('/{*any}', (req, res, next) => {
    runs += 1;
    return handler(req, res, next) as unknown;
  });
  const tell: ErrorRequestHandler = (error, _req, _res, next) => {
    onError(error);
    next(error);
  };
  app.use(tell, errorHandler());
  const { url, port } = await serve(app as RequestListener & Express);
  onTestFinished(() => store.close());
  return {
    url,
    port,
    store,
    runs: () => runs,
    post: (body = { amount: 5 }, headers = {}, path = '/payments') =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': 'key-1', ...headers },
        body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
      }),
  };
}

const code = async (response: Response): Promise<unknown> =>
  ((await response.json()) as { error: { code: string } }).error.code;

describe('a request with a key', () => {
  it('runs once; the second gets the same status, body and content type, and X-Idempotent-Replayed', async () => {
    const { post, runs } = await api();
    const first = await post();
    const second = await post();
    expect([first.status, await first.text(), first.headers.get('x-idempotent-replayed')]).toEqual([
      201,
      '{"amount":5}',
      null,
    ]);
    expect([second.status, await second.text(), second.headers.get('x-idempotent-replayed')]).toEqual([
      201,
      '{"amount":5}',
      'true',
    ]);
    expect(second.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(runs()).toBe(1);
  });

  it('is answered 422 IDEMPOTENCY_KEY_CONFLICT when another body comes with the key', async () => {
    const { post, runs } = await api();
    await post({ amount: 5 });
    const second = await post({ amount: 6 });
    expect(second.status).toBe(422);
    expect(await second.json()).toEqual({
      error: {
        code: 'IDEMPOTENCY_KEY_CONFLICT',
        message: 'Idempotency key was already used with a different request payload',
      },
    });
    expect(runs()).toBe(1);
  });

  it('is answered 409 DUPLICATE_REQUEST_IN_PROGRESS with Retry-After while the first is at work', async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const { post } = await api({
      handler: async (_req, res) => {
        begun.resolve();
        await gate.promise;
        res.json({ done: true });
      },
    });
    const first = post();
    await begun.promise;
    const second = await post();
    expect([second.status, second.headers.get('retry-after')]).toEqual([409, '1']);
    expect(await second.json()).toEqual({
      error: {
        code: 'DUPLICATE_REQUEST_IN_PROGRESS',
        message: 'A request with this idempotency key is already being processed',
      },
    });
    gate.resolve();
    expect(await (await first).json()).toEqual({ done: true });
  });

  it("waits for the first one's answer with onInFlight: 'wait'", async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const { post, runs } = await api({
      options: { onInFlight: 'wait' },
      handler: async (_req, res) => {
        begun.resolve();
        await gate.promise;
        res.json({ done: true });
      },
    });
    const first = post();
    await begun.promise;
    const second = post();
    gate.resolve();
    const answers = await Promise.all([first, second]);
    expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual([
      { done: true },
      { done: true },
    ]);
    expect(runs()).toBe(1);
  });

  it('is told the same as application/problem+json when it asks for it', async () => {
    const { post } = await api();
    await post({ amount: 5 });
    const second = await post({ amount: 6 }, { accept: 'application/problem+json' });
    expect(second.headers.get('content-type')).toBe('application/problem+json');
    expect(await second.json()).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_CONFLICT' });
  });

  it('carries the request id in a refusal', async () => {
    const { post } = await api({ before: [correlationMiddleware(), express.json()] });
    await post({ amount: 5 });
    const second = await post({ amount: 6 }, { 'x-request-id': 'req-7' });
    expect(await second.json()).toMatchObject({ error: { requestId: 'req-7' } });
  });
});

describe('what has no key or takes none', () => {
  it('passes without a key, and is answered 400 where one is required', async () => {
    const open = await api();
    expect((await fetch(open.url, { method: 'POST' })).status).toBe(201);
    const strict = await api({ options: { required: true } });
    const answer = await fetch(strict.url, { method: 'POST' });
    expect([answer.status, await code(answer)]).toEqual([400, 'IDEMPOTENCY_KEY_MISSING']);
  });

  it.each(['GET', 'HEAD', 'OPTIONS'])('lets %s through, whatever key it has', async (method) => {
    const { url, runs } = await api({ handler: (_req, res) => void res.sendStatus(200) });
    for (let n = 0; n < 2; n += 1) await fetch(url, { method, headers: { 'idempotency-key': 'k' } });
    expect(runs()).toBe(2);
  });

  it('refuses a safe method and a Set-Cookie in its options', () => {
    const store = new MemoryIdempotencyStore();
    expect(() => idempotencyMiddleware(store, { methods: ['GET'] })).toThrow(
      'idempotencyMiddleware: methods has "GET" in it; it must hold names of methods that change something, such as POST.',
    );
    expect(() => idempotencyMiddleware(store, { replayHeaders: ['Set-Cookie'] })).toThrow('set-cookie');
  });
});

describe('the key', () => {
  it('is the same bare and quoted, as a structured-field string', async () => {
    const { post, runs } = await api();
    await post({ amount: 5 }, { 'idempotency-key': 'abc-1' });
    const second = await post({ amount: 5 }, { 'idempotency-key': '"abc-1"' });
    expect(second.headers.get('x-idempotent-replayed')).toBe('true');
    expect(runs()).toBe(1);
  });

  it('may have a comma in its quotes', async () => {
    const { post, runs } = await api();
    for (let n = 0; n < 2; n += 1) {
      expect((await post({ amount: 5 }, { 'idempotency-key': '"a, b"' })).status).toBe(201);
    }
    expect(runs()).toBe(1);
  });

  it.each([
    ['more than 255 characters', 'k'.repeat(256)],
    ['a comma', 'a, b'],
    ['a quote that does not end', '"abc'],
    ['nothing in its quotes', '""'],
    ['letters beyond ASCII', 'sch\u00f6n'],
  ])('is answered 400 with %s', async (_title, key) => {
    const { post, runs } = await api();
    const answer = await post({}, { 'idempotency-key': key });
    expect([answer.status, await code(answer), runs()]).toEqual([400, 'IDEMPOTENCY_KEY_INVALID', 0]);
  });

  it('is answered 400 when it comes twice', async () => {
    const { port } = await api();
    const answer = await sendRaw(
      port,
      'POST / HTTP/1.1\r\nHost: x\r\nIdempotency-Key: a\r\nIdempotency-Key: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toContain('HTTP/1.1 400');
    expect(answer).toContain('was sent more than once');
  });

  it('of one tenant, user, bearer, method or path is another key for the next', async () => {
    const identify: RequestHandler = (req, _res, next) => {
      setIdentity({ tenantId: req.get('x-tenant'), userId: req.get('x-user') });
      next();
    };
    const { post, url, runs } = await api({ before: [correlationMiddleware(), identify, express.json()] });
    await post({}, { 'x-tenant': 'a', 'x-user': '1' });
    await post({}, { 'x-tenant': 'b', 'x-user': '1' });
    await post({}, { 'x-tenant': 'a', 'x-user': '2' });
    await post({}, { authorization: 'Bearer one' });
    await post({}, { authorization: 'Bearer two' });
    await post({}, { 'x-tenant': 'a', 'x-user': '1' }, '/refunds');
    await fetch(`${url}/payments`, { method: 'PUT', headers: { 'idempotency-key': 'key-1' } });
    expect(runs()).toBe(7);
  });
});

describe('the fingerprint', () => {
  it.each([
    ['the order of keys', '{"a":1,"b":{"c":2,"d":3}}', '{"b":{"d":3,"c":2},"a":1}'],
    ['white space', '{"a":1}', '{ "a" : 1 }'],
    ['how a number is written', '{"a":100}', '{"a":1e2}'],
    ['escapes', '{"a":"\\u00e9"}', '{"a":"\u00e9"}'],
  ])('does not depend on %s', async (_title, first, second) => {
    const { post } = await api();
    await post(first);
    expect((await post(second)).headers.get('x-idempotent-replayed')).toBe('true');
  });

  it.each([
    ['a number and its text', '{"a":1}', '{"a":"1"}'],
    ['composed and decomposed letters', '{"a":"\u00e9"}', '{"a":"e\u0301"}'],
    ['null and a number too large', '{"a":null}', '{"a":1e999}'],
    ['null and nothing', '{"a":null}', '{}'],
    ['an array and an object', '[[1]]', '[{"0":1}]'],
    ['the order in an array', '[1,2]', '[2,1]'],
    ['__proto__ and nothing', '{"__proto__":{"a":1}}', '{}'],
  ])('tells apart %s', async (_title, first, second) => {
    const { post } = await api();
    await post(first);
    expect((await post(second)).status).toBe(422);
  });

  it('is taken over the bytes of express.raw', async () => {
    const { post, runs } = await api({
      before: [express.raw({ type: '*/*' })],
      handler: (_req, res) => void res.json(1),
    });
    await post('{"a":1}');
    expect((await post('{"a":1}')).status).toBe(200);
    expect((await post('{"a": 1}')).status).toBe(422);
    expect(runs()).toBe(1);
  });

  it('includes the query', async () => {
    const { post } = await api();
    await post({}, {}, '/p?dry=1');
    expect((await post({}, {}, '/p?dry=0')).status).toBe(422);
  });

  it('answers a body nested too deeply 400 and one too large 413, and runs nothing', async () => {
    const { post, runs } = await api({ options: { maxRequestBytes: 5_000 } });
    const deep = await post(`${'['.repeat(1_000)}${']'.repeat(1_000)}`);
    expect([deep.status, await code(deep)]).toEqual([400, 'MALFORMED_BODY']);
    const large = await post({ text: 'x'.repeat(5_000) }, { 'idempotency-key': 'other' });
    expect([large.status, await code(large)]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(runs()).toBe(0);
  });

  it('comes from the application where it says how', async () => {
    const { post, runs } = await api({
      before: [],
      options: { fingerprint: (req) => req.get('content-md5') ?? '' },
    });
    await post({ a: 1 }, { 'content-md5': 'x' });
    expect((await post({ a: 2 }, { 'content-md5': 'x' })).headers.get('x-idempotent-replayed')).toBe('true');
    expect(runs()).toBe(1);
  });

  it('never sees a body that lies about its length', async () => {
    const { port, runs } = await api();
    const head =
      'POST / HTTP/1.1\r\nHost: x\r\nIdempotency-Key: k\r\nContent-Type: application/json\r\nConnection: close\r\n';
    const short = sendAndLeave(port, `${head}Content-Length: 50\r\n\r\n{"a":1}`, Promise.resolve());
    await short;
    const long = await sendRaw(port, `${head}Content-Length: 2\r\n\r\n{"a":1}`);
    expect(long).toContain('HTTP/1.1 400');
    expect(runs()).toBe(0);
  });
});

describe('a body that no parser took', () => {
  const plain = { 'content-type': 'text/plain' };
  const head = (line: string, ...headers: string[]) =>
    `${[line, 'Host: x', 'Idempotency-Key: key-1', ...headers].join('\r\n')}\r\n\r\n`;
  const CLOSE = 'Connection: close';

  it('is answered 415, runs nothing, and leaves the key to a request that is right', async () => {
    const { post, runs } = await api();
    const refused = await post('hello', plain);
    expect([refused.status, await refused.json()]).toEqual([
      415,
      {
        error: {
          code: 'UNSUPPORTED_MEDIA_TYPE',
          message: 'The request has a body and no Content-Type, or one that is not accepted here',
        },
      },
    ]);
    expect(runs()).toBe(0);
    const right = await post();
    expect([right.status, right.headers.get('x-idempotent-replayed')]).toEqual([201, null]);
  });

  it('is answered 415 as application/problem+json when that is asked for', async () => {
    const { post } = await api();
    const refused = await post('hello', { ...plain, accept: 'application/problem+json' });
    expect(await refused.json()).toMatchObject({
      title: 'Unsupported Media Type',
      status: 415,
      code: 'UNSUPPORTED_MEDIA_TYPE',
    });
  });

  it.each([
    ['without a Content-Type', head('POST / HTTP/1.1', 'Content-Length: 5', CLOSE), 'hello'],
    [
      'in chunks, without a Content-Length',
      head('POST / HTTP/1.1', 'Content-Type: text/plain', 'Transfer-Encoding: chunked', CLOSE),
      '5\r\nhello\r\n0\r\n\r\n',
    ],
    // Whether any chunk will come is not known before the last one has.
    [
      'in no chunk at all, without a Content-Type',
      head('POST / HTTP/1.1', 'Transfer-Encoding: chunked', CLOSE),
      '0\r\n\r\n',
    ],
  ])('is answered 415 %s', async (_title, start, body) => {
    const { port, runs } = await api();
    expect(await sendRaw(port, start + body)).toMatch(/^HTTP\/1\.1 415 Unsupported Media Type\r\n/);
    expect(runs()).toBe(0);
  });

  it.each([
    ['JSON in chunks', '7\r\n{"a":1}\r\n0\r\n\r\n'],
    ['JSON in no chunk', '0\r\n\r\n'],
  ])('is none of these: %s', async (_title, body) => {
    const { port, runs } = await api();
    const start = head(
      'POST / HTTP/1.1',
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
      CLOSE,
    );
    expect(await sendRaw(port, start + body)).toMatch(/^HTTP\/1\.1 201 /);
    expect(runs()).toBe(1);
  });

  it.each([
    ['Content-Length: 0', ['Content-Length: 0']],
    ['Content-Length: 0 and a media type', ['Content-Length: 0', 'Content-Type: text/plain']],
    ['no header about a body', []],
  ])('is not looked for with %s', async (_title, headers) => {
    const { port, runs } = await api();
    const answer = await sendRaw(port, head('POST / HTTP/1.1', ...headers, CLOSE));
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
    expect(runs()).toBe(1);
  });

  it.each(['GET', 'HEAD', 'OPTIONS'])('is not looked for in %s, which takes no key', async (method) => {
    const { port, runs } = await api({ handler: (_req, res) => void res.sendStatus(200) });
    const start = head(`${method} / HTTP/1.1`, 'Content-Type: text/plain', 'Content-Length: 5', CLOSE);
    expect(await sendRaw(port, `${start}hello`)).toMatch(/^HTTP\/1\.1 200 /);
    expect(runs()).toBe(1);
  });

  it('is not looked for without a key', async () => {
    const { url, runs } = await api();
    expect((await fetch(url, { method: 'POST', headers: plain, body: 'hello' })).status).toBe(201);
    expect(runs()).toBe(1);
  });

  it('does not get in the way of the next request on the connection', async () => {
    const { port, runs } = await api();
    const first = head('POST / HTTP/1.1', 'Content-Type: text/plain', 'Content-Length: 5');
    const answer = await sendRaw(port, `${first}hello${head('POST / HTTP/1.1', 'Content-Length: 0', CLOSE)}`);
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 415', 'HTTP/1.1 201']);
    expect(runs()).toBe(1);
  });

  it('is taken where one of several parsers takes it, or the application says what makes requests the same', async () => {
    const parsers = await api({ before: [express.json(), express.text()] });
    expect((await parsers.post('hello', plain)).status).toBe(201);
    const own = await api({ options: { fingerprint: (req) => req.get('content-md5') } });
    expect((await own.post('hello', { ...plain, 'content-md5': 'x' })).status).toBe(201);
  });

  it.each<[string, Setup]>([
    ['no parser is mounted', { before: [] }],
    ['its parser comes after', { before: [], after: [express.json()] }],
    [
      'somebody has read it and kept it to himself',
      { before: [express.text(), (req, _res, next) => void req.on('end', next).resume()] },
    ],
  ])(
    'is a mistake of the application where %s: 500, with a message that says what to do',
    async (_title, setup) => {
      const seen: unknown[] = [];
      const { post, runs } = await api({ ...setup, onError: (error) => void seen.push(error) });
      expect((await post()).status).toBe(500);
      expect(runs()).toBe(0);
      expect(seen).toEqual([
        expect.objectContaining({
          code: 'ERR_IDEMPOTENCY_BODY_NOT_READ',
          message:
            'The request has a body that no parser has read. Mount express.json() or express.raw() before idempotencyMiddleware(), or give it the option fingerprint.',
        }),
      ]);
    },
  );
});

describe('an answer', () => {
  it('of 4xx is kept', async () => {
    const { post, runs } = await api({ handler: (_req, res) => void res.status(404).json({ no: 1 }) });
    await post();
    const second = await post();
    expect([second.status, await second.json(), runs()]).toEqual([404, { no: 1 }, 1]);
  });

  it('of 429 is not kept, and the key is free', async () => {
    let isBusy = true;
    const { post, runs } = await api({
      handler: (_req, res) => void res.sendStatus(isBusy ? 429 : 201),
    });
    expect((await post()).status).toBe(429);
    isBusy = false;
    expect((await post()).status).toBe(201);
    expect(runs()).toBe(2);
  });

  it('of 5xx leaves the outcome unknown: the key is refused', async () => {
    const { post, runs } = await api({
      handler: () => {
        throw new Error('half done');
      },
    });
    expect((await post()).status).toBe(500);
    const second = await post();
    expect([second.status, await code(second), runs()]).toEqual([409, 'IDEMPOTENCY_OUTCOME_UNKNOWN', 1]);
  });

  it('of 5xx frees the key when the handler says that nothing happened', async () => {
    const { post, runs } = await api({
      handler: (req) => {
        req.idempotency.release();
        throw new Error('nothing done');
      },
    });
    await post();
    expect((await post()).status).toBe(500);
    expect(runs()).toBe(2);
  });

  it('of 5xx is kept with storeServerErrors, but a 503 never is', async () => {
    let status = 500;
    const { post, runs } = await api({
      options: { storeServerErrors: true },
      handler: (_req, res) => void res.status(status).json({ status }),
    });
    await post();
    const second = await post();
    expect([second.status, second.headers.get('x-idempotent-replayed'), runs()]).toEqual([500, 'true', 1]);
    status = 503;
    await post({}, { 'idempotency-key': 'other' });
    expect((await post({}, { 'idempotency-key': 'other' })).status).toBe(409);
  });

  it('runs again after a 5xx with onLeaseExpired: run-again, with a larger token', async () => {
    const tokens: number[] = [];
    const { post } = await api({
      options: { onLeaseExpired: 'run-again' },
      handler: (req, res) => {
        tokens.push(req.idempotency.token);
        res.sendStatus(tokens.length === 1 ? 500 : 201);
      },
    });
    await post();
    expect((await post()).status).toBe(201);
    expect(tokens[1]).toBeGreaterThan(tokens[0] ?? Number.NaN);
  });

  it('comes from reconcile when that finds out how the first one ended', async () => {
    const { post, runs } = await api({
      options: { onLeaseExpired: async ({ key }) => ({ completed: { status: 201, body: { found: key } } }) },
      handler: (_req, res) => void res.sendStatus(500),
    });
    await post();
    for (let n = 0; n < 2; n += 1) {
      const again = await post();
      expect([again.status, await again.json()]).toEqual([201, { found: 'key-1' }]);
    }
    expect(runs()).toBe(1);
  });

  it('gives again only allowed headers: no cookie, no date of its own, no trace', async () => {
    const { post } = await api({
      handler: (_req, res) => {
        res.set({ Location: '/p/1', 'X-Secret': 's', 'X-Request-ID': 'r', ETag: '"1"' });
        res.cookie('session', 'mine').status(201).send('made');
      },
    });
    await post();
    const second = await post();
    expect(second.headers.get('location')).toBe('/p/1');
    expect(second.headers.get('etag')).toBe('"1"');
    expect([...second.headers.keys()].filter((name) => /cookie|secret|request-id/.test(name))).toEqual([]);
  });

  it('is the same however often it is given again, whatever is added to its headers on the way', async () => {
    const links = ['</p>; rel="next"', '</o>; rel="prev"'];
    const addOne: RequestHandler = (_req, res, next) => {
      const end = res.end.bind(res);
      res.end = ((chunk: unknown) => {
        const sent = res.getHeader('link');
        if (Array.isArray(sent)) sent.push('</mine>; rel="me"');
        return end(chunk);
      }) as typeof res.end;
      next();
    };
    const { post } = await api({
      before: [addOne, express.json()],
      handler: (_req, res) => void res.set('Link', links).status(201).json({ id: 1 }),
    });
    for (let n = 0; n < 4; n += 1) {
      const answer = await post();
      expect([answer.status, answer.headers.get('link'), await answer.json()]).toEqual([
        201,
        '</p>; rel="next", </o>; rel="prev", </mine>; rel="me"',
        { id: 1 },
      ]);
    }
  });

  it('written in pieces arrives whole and is given again', async () => {
    const { post } = await api({
      handler: (_req, res) => {
        res.writeHead(202, { 'Content-Type': 'text/plain' });
        res.write('one ');
        res.write(Buffer.from('two '));
        res.end('746872656520', 'hex');
      },
    });
    for (const replayed of [null, 'true']) {
      const answer = await post();
      expect([answer.status, await answer.text()]).toEqual([202, 'one two three ']);
      expect(answer.headers.get('content-type')).toBe('text/plain');
      expect(answer.headers.get('x-idempotent-replayed')).toBe(replayed);
    }
  });

  it('without a body stays without one', async () => {
    const { post } = await api({ handler: (_req, res) => void res.sendStatus(204) });
    await post();
    const second = await post();
    expect([second.status, await second.text(), second.headers.get('content-type')]).toEqual([204, '', null]);
  });

  it('of next(err) after the first write breaks the connection and leaves the outcome unknown', async () => {
    const { post } = await api({
      handler: (_req, res, next) => {
        res.write('half');
        next(new Error('broke'));
      },
    });
    await expect(post()).rejects.toThrow();
  });
});

describe('a stream', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-express-'));
    writeFileSync(join(folder, 'small'), 'x'.repeat(100_000));
    writeFileSync(join(folder, 'large'), 'y'.repeat(3_000_000));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('up to the limit is kept', async () => {
    const { post, runs } = await api({
      handler: (_req, res) => void createReadStream(join(folder, 'small')).pipe(res),
    });
    for (let n = 0; n < 2; n += 1) expect((await (await post()).text()).length).toBe(100_000);
    expect(runs()).toBe(1);
  });

  it('over the limit reaches its client whole, and the next one is told that it was not kept', async () => {
    const { post, runs } = await api({
      handler: (_req, res) => void createReadStream(join(folder, 'large')).pipe(res),
    });
    expect((await (await post()).text()).length).toBe(3_000_000);
    const second = await post();
    expect([second.status, second.headers.get('x-idempotent-replayed'), await code(second)]).toEqual([
      409,
      'true',
      'IDEMPOTENT_RESPONSE_NOT_KEPT',
    ]);
    expect(runs()).toBe(1);
  });

  it('sent by res.sendFile is kept', async () => {
    const { post, runs } = await api({ handler: (_req, res) => res.sendFile(join(folder, 'small')) });
    for (let n = 0; n < 2; n += 1) expect((await (await post()).text()).length).toBe(100_000);
    expect(runs()).toBe(1);
  });

  it('in one piece over the limit is sent and not kept', async () => {
    const { post } = await api({
      options: { maxResponseBytes: 10 },
      handler: (_req, res) => void res.send('more than ten bytes'),
    });
    expect(await (await post()).text()).toBe('more than ten bytes');
    expect((await post()).status).toBe(409);
  });
});

describe('other middleware', () => {
  const long = { text: 'z'.repeat(5_000) };
  const handler: RequestHandler = (_req, res) => void res.json(long);

  it.each([
    ['before', { before: [compression(), express.json()], after: [] }],
    ['after', { before: [express.json()], after: [compression()] }],
  ])('compression %s it: every client gets an encoding that it knows', async (_place, chain) => {
    const { port, runs } = await api({ ...chain, handler });
    const ask = async (accept: string): Promise<[string | null, unknown]> => {
      const answer = await fetch(`http://127.0.0.1:${port}/`, {
        method: 'POST',
        headers: { 'accept-encoding': accept, 'idempotency-key': 'k' },
      });
      return [answer.headers.get('content-encoding'), await answer.json()];
    };
    expect(await ask('gzip')).toEqual(['gzip', long]);
    expect(await ask('identity')).toEqual([null, long]);
    expect((await ask('br'))[1]).toEqual(long);
    expect(runs()).toBe(1);
  });

  it.each([
    ['before', true],
    ['after', false],
  ])('cookie-session %s it: nobody gets the cookie of another', async (_place, isBefore) => {
    const session = cookieSession({ name: 's', secret: 'x' });
    const { post } = await api({
      before: isBefore ? [session, express.json()] : [express.json()],
      after: isBefore ? [] : [session],
      handler: (req, res) => {
        (req as unknown as { session: { user: string } }).session.user = 'ada';
        res.json({ ok: true });
      },
    });
    const first = await post();
    expect(first.headers.get('set-cookie')).toContain('s=');
    const second = await post();
    expect([await second.json(), second.headers.get('set-cookie')]).toEqual([{ ok: true }, null]);
  });

  it('helmet: its headers are on the first answer and on the replay, once', async () => {
    const { post } = await api({ before: [helmet(), express.json()] });
    for (let n = 0; n < 2; n += 1)
      expect((await post()).headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('keep-alive: many requests on one connection', async () => {
    const { port, runs } = await api({ handler: (_req, res) => void res.json(1) });
    const one = (key: string, more = '') =>
      `POST / HTTP/1.1\r\nHost: x\r\nIdempotency-Key: ${key}\r\nContent-Length: 0\r\n${more}\r\n`;
    const answer = await sendRaw(port, one('a') + one('b') + one('c', 'Connection: close\r\n'));
    expect(answer.match(/HTTP\/1\.1 200/g)?.length).toBe(3);
    expect(runs()).toBe(3);
  });
});

describe('a client that leaves early', () => {
  it('finds the answer when it comes back', async () => {
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const { port, post, runs } = await api({
      handler: async (_req, res) => {
        begun.resolve();
        await gate.promise;
        res.status(201).json({ id: 1 });
        ended.resolve();
      },
    });
    const body = '{"amount":5}';
    await sendAndLeave(
      port,
      `POST /payments HTTP/1.1\r\nHost: x\r\nIdempotency-Key: key-1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      begun.promise,
    );
    gate.resolve();
    await ended.promise;
    const again = await post();
    expect([again.status, await again.json(), runs()]).toEqual([201, { id: 1 }, 1]);
  });
});

describe('a store that does not answer', () => {
  const broken = (): IdempotencyStore => {
    const store = new MemoryIdempotencyStore();
    store.claim = () => Promise.reject(new Error('connection refused'));
    return store;
  };

  it('is answered 503 with Retry-After, and nothing runs', async () => {
    const { post, runs } = await api({ store: broken() });
    const answer = await post();
    expect([answer.status, answer.headers.get('retry-after'), await code(answer), runs()]).toEqual([
      503,
      '1',
      'IDEMPOTENCY_STORE_UNAVAILABLE',
      0,
    ]);
  });

  it('lets the request run unprotected with failOpen', async () => {
    const { post, runs } = await api({ store: broken(), options: { onStoreFailure: 'failOpen' } });
    await post();
    expect((await post()).status).toBe(201);
    expect(runs()).toBe(2);
  });

  it('is given up after storeTimeoutMs', async () => {
    const clock = new ManualClock();
    const store = new MemoryIdempotencyStore();
    const asked = Promise.withResolvers<void>();
    store.claim = () => {
      asked.resolve();
      return new Promise(() => undefined);
    };
    const { post } = await api({ store, options: { clock, storeTimeoutMs: 700 } });
    const answer = post();
    await asked.promise;
    await clock.advance(700);
    expect((await answer).status).toBe(503);
  });

  it('at the end: the client gets the answer, and the key is refused from then on', async () => {
    const clock = new ManualClock();
    const store = new MemoryIdempotencyStore({ clock });
    store.complete = () => Promise.reject(new Error('connection refused'));
    const { post, runs } = await api({ store, options: { clock, leaseMs: 1_000 } });
    expect((await post()).status).toBe(201);
    expect((await post()).status).toBe(409);
    await clock.advance(1_000);
    const again = await post();
    expect([await code(again), runs()]).toEqual(['IDEMPOTENCY_OUTCOME_UNKNOWN', 1]);
  });
});

describe('a slow handler', () => {
  it('keeps its claim by renewal', async () => {
    const clock = new ManualClock();
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const { post } = await api({
      store: new MemoryIdempotencyStore({ clock }),
      options: { clock, leaseMs: 3_000 },
      handler: async (_req, res) => {
        begun.resolve();
        await gate.promise;
        res.json(1);
      },
    });
    const first = post();
    await begun.promise;
    await clock.advance(20_000);
    expect(await code(await post())).toBe('DUPLICATE_REQUEST_IN_PROGRESS');
    gate.resolve();
    expect((await first).status).toBe(200);
  });

  it('that was overtaken is answered 409 and cannot overwrite the second', async () => {
    const clock = new ManualClock();
    const store = new MemoryIdempotencyStore({ clock });
    store.renew = () => Promise.reject(new Error('cut off'));
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    let calls = 0;
    const { post } = await api({
      store,
      options: { clock, leaseMs: 1_000, onLeaseExpired: 'run-again' },
      handler: async (_req, res) => {
        const call = (calls += 1);
        if (call === 1) {
          begun.resolve();
          await gate.promise;
        }
        res.json({ call });
      },
    });
    const first = post();
    await begun.promise;
    await clock.advance(1_000);
    expect(await (await post()).json()).toEqual({ call: 2 });
    gate.resolve();
    expect((await first).status).toBe(409);
    expect(await (await post()).json()).toEqual({ call: 2 });
  });
});

describe('complete(tx, answer)', () => {
  let folder: string;
  let db: Database.Database;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-express-'));
    db = new Database(join(folder, 'app.db'));
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.exec('CREATE TABLE payments (id INTEGER PRIMARY KEY, amount INTEGER) STRICT');
  });
  afterAll(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });

  it('writes the answer with the business row; what the handler sends is that answer', async () => {
    const { post, runs } = await api({
      store: new SqliteIdempotencyStore({ db }),
      handler: (req, res) => {
        db.transaction(() => {
          const { lastInsertRowid: id } = db.prepare('INSERT INTO payments (amount) VALUES (5)').run();
          req.idempotency.complete({ db }, { status: 201, headers: { location: '/p' }, body: { id } });
        }).immediate();
        res.end();
      },
    });
    for (let n = 0; n < 2; n += 1) {
      const answer = await post();
      expect([answer.status, answer.headers.get('location'), await answer.json()]).toEqual([
        201,
        '/p',
        { id: 1 },
      ]);
    }
    expect(runs()).toBe(1);
    expect(db.prepare('SELECT count(*) FROM payments').pluck().get()).toBe(1);
  });

  it('leaves neither when the transaction is rolled back, and the key is free', async () => {
    db.exec('DELETE FROM payments');
    let fails = true;
    const { post } = await api({
      store: new SqliteIdempotencyStore({ db }),
      handler: (req, res) => {
        db.transaction(() => {
          db.prepare('INSERT INTO payments (amount) VALUES (5)').run();
          req.idempotency.complete({ db }, { status: 201, body: 'made' });
          if (fails) throw new Error('rolled back');
        }).immediate();
        res.end();
      },
    });
    const headers = { 'idempotency-key': 'rolled' };
    expect((await post({}, headers)).status).toBe(500);
    expect(db.prepare('SELECT count(*) FROM payments').pluck().get()).toBe(0);
    fails = false;
    const again = await post({}, headers);
    expect([again.status, await again.text()]).toEqual([201, 'made']);
  });

  it('answers with the committed record although the handler failed after its commit', async () => {
    const { post } = await api({
      store: new SqliteIdempotencyStore({ db }),
      handler: (req) => {
        req.idempotency.complete({ db }, { status: 201, body: 'made' });
        throw new Error('after the commit');
      },
    });
    const answer = await post({}, { 'idempotency-key': 'late' });
    expect([answer.status, await answer.text()]).toEqual([201, 'made']);
  });
});
