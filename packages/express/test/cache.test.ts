import { once } from 'node:events';
import { connect } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { setIdentity } from '@holdfast/context';
import { ManualClock } from '@holdfast/context/testing';
import { cacheStats, type ResponseCacheOptions, responseCache } from '@holdfast/express/cache';
import { correlationMiddleware } from '@holdfast/express/correlation';
import { errorHandler } from '@holdfast/express/error-handler';
import compression from 'compression';
import express, { type Request, type Response } from 'express';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sendRaw, serve } from './serve.ts';

type Handler = (req: Request, res: Response) => void;

interface Service {
  readonly url: string;
  readonly port: number;
  readonly clock: ManualClock;
  readonly cache: ReturnType<typeof responseCache>['cache'];
  /** How often the handler ran. */
  readonly runs: () => number;
  readonly get: (path?: string, headers?: Record<string, string>, method?: string) => Promise<Answer>;
}

interface Answer {
  readonly status: number;
  readonly cache: string | null;
  readonly body: string;
  readonly headers: Headers;
}

async function service(
  handler: Handler,
  options: ResponseCacheOptions = {},
  before: express.RequestHandler[] = [],
): Promise<Service> {
  const clock = new ManualClock();
  const middleware = responseCache({ clock, jitterRatio: 0, ttl: 60_000, ...options });
  onTestFinished(() => middleware.cache.close());
  const app = express();
  let runs = 0;
  app.use(correlationMiddleware(), ...before, middleware, (req, res) => {
    runs += 1;
    handler(req, res);
  });
  app.use(errorHandler());
  const { url, port } = await serve(app);
  const get = async (path = '/', headers: Record<string, string> = {}, method = 'GET') => {
    const response = await fetch(url + path, { headers, method });
    const body = await response.text();
    return {
      status: response.status,
      cache: response.headers.get('x-cache'),
      body,
      headers: response.headers,
    };
  };
  return { url, port, clock, cache: middleware.cache, runs: () => runs, get };
}

const soon = () => new Promise((resolve) => setImmediate(resolve));

describe('responseCache', () => {
  it('answers the second request from memory, with the same status, headers and body', async () => {
    const { get, runs } = await service(
      (_req, res) => void res.set('X-Shop', 'main').type('text').send('hello'),
    );
    const first = await get();
    const second = await get();
    expect([first.cache, second.cache, runs()]).toEqual(['MISS', 'HIT', 1]);
    expect([second.status, second.body, second.headers.get('x-shop')]).toEqual([200, 'hello', 'main']);
    expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
    expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
  });

  it('tells the age of an answer, and makes a new one when its time is over', async () => {
    const { get, clock } = await service((_req, res) => void res.json({ at: clock.now() }));
    await get();
    await clock.advance(59_000);
    expect((await get()).headers.get('age')).toBe('59');
    await clock.advance(1_000);
    expect((await get()).cache).toBe('MISS');
  });

  it('answers HEAD like curl -I: MISS, then HIT, with headers and no body', async () => {
    const { get, runs } = await service((_req, res) => void res.send('12345'));
    const first = await get('/', {}, 'HEAD');
    const second = await get('/', {}, 'HEAD');
    expect([first.cache, second.cache, runs()]).toEqual(['MISS', 'HIT', 1]);
    expect([second.headers.get('content-length'), second.body]).toEqual(['5', '']);
  });

  it('answers HEAD from the kept answer to GET, and never GET from that to HEAD', async () => {
    const { get } = await service((_req, res) => void res.send('12345'));
    await get('/a', {}, 'HEAD');
    expect(await get('/a')).toMatchObject({ cache: 'MISS', body: '12345' });
    await get('/b');
    const head = await get('/b', {}, 'HEAD');
    expect([head.cache, head.headers.get('content-length'), head.body]).toEqual(['HIT', '5', '']);
  });

  it('leaves other methods alone', async () => {
    const { get, runs } = await service((_req, res) => void res.send('done'));
    expect((await get('/', {}, 'POST')).cache).toBeNull();
    expect((await get('/', {}, 'POST')).cache).toBeNull();
    expect(runs()).toBe(2);
  });

  it('keeps streams, and bodies made of many writes', async () => {
    const parts = ['a', 'bc', 'def'];
    const { get } = await service((_req, res) => void Readable.from(parts).pipe(res));
    expect(await get()).toMatchObject({ cache: 'MISS', body: 'abcdef' });
    expect(await get()).toMatchObject({ cache: 'HIT', body: 'abcdef' });
  });

  it('sends a first byte before the last one is made', async () => {
    let finish: () => void = () => undefined;
    const { url } = await service((_req, res) => {
      res.write('first');
      finish = () => void res.end('last');
    });
    const response = await fetch(url);
    const reader = (response.body ?? new ReadableStream()).getReader();
    expect(Buffer.from((await reader.read()).value as Uint8Array).toString()).toBe('first');
    finish();
    expect(Buffer.from((await reader.read()).value as Uint8Array).toString()).toBe('last');
  });

  it('lets writeHead, flushHeaders and callbacks work', async () => {
    const { get } = await service((_req, res) => {
      res.writeHead(200, 'Fine', { 'X-Made': 'by hand', 'Content-Type': 'text/plain' });
      res.flushHeaders();
      res.write('a', () => res.end('b', 'utf8', () => undefined));
    });
    for (const cache of ['MISS', 'HIT']) {
      const answer = await get();
      expect([answer.cache, answer.body, answer.headers.get('x-made')]).toEqual([cache, 'ab', 'by hand']);
    }
  });

  it('keeps only the status codes it is told to', async () => {
    const { get, runs } = await service((_req, res) => void res.status(404).send('none'));
    await get();
    await get();
    expect(runs()).toBe(2);
    const other = await service((_req, res) => void res.status(404).send('none'), {
      statusCodes: [200, 404],
    });
    await other.get();
    expect(await other.get()).toMatchObject({ cache: 'HIT', status: 404, body: 'none' });
  });

  it('passes a body over maxBodyBytes through, whole, and forgets it', async () => {
    const body = 'x'.repeat(1_001);
    const { get, runs } = await service((_req, res) => void res.send(body), { maxBodyBytes: 1_000 });
    expect((await get()).body).toBe(body);
    expect((await get()).body).toBe(body);
    expect(runs()).toBe(2);
  });

  it('keeps no answer that is shorter than it says', async () => {
    const { port, runs } = await service((_req, res) => {
      res.setHeader('Content-Length', '10');
      res.end('abc');
    });
    for (let n = 0; n < 2; n += 1) {
      const answer = await sendRaw(port, 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
      expect(answer).toContain('X-Cache: MISS');
    }
    expect(runs()).toBe(2);
  });

  it('keeps nothing of an answer that breaks off', async () => {
    const { port, runs } = await service((_req, res) => {
      res.write('abc');
      setImmediate(() => res.destroy());
    });
    for (let n = 0; n < 2; n += 1) {
      await sendRaw(port, 'GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    }
    expect(runs()).toBe(2);
  });

  it('lets others make an answer of their own at once when the one they wait for breaks off', async () => {
    const upstream = new Readable({ read: () => undefined });
    const begun = Promise.withResolvers<unknown>();
    const secondCame = Promise.withResolvers<void>();
    const { port, get, runs } = await service(
      (_req, res) => {
        if (runs() > 1) return void res.send('whole');
        pipeline(upstream, res, () => undefined);
        upstream.once('data', begun.resolve);
      },
      {},
      [
        (req, _res, next) => {
          if (req.headers['x-second'] !== undefined) secondCame.resolve();
          next();
        },
      ],
    );
    const first = sendRaw(port, `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
    upstream.push('abc');
    await begun.promise;
    const second = get('/', { 'x-second': 'yes' });
    await secondCame.promise;
    expect(runs()).toBe(1);
    upstream.destroy(new Error('upstream is gone'));
    expect(await first).toContain('X-Cache: MISS');
    expect(await second).toMatchObject({ cache: 'MISS', body: 'whole' });
  });

  it('skips what the application says', async () => {
    const { get } = await service((_req, res) => void res.send('x'), {
      skip: (req) => req.query['nocache'] === 'true',
    });
    await get('/');
    expect((await get('/?nocache=true')).cache).toBe('BYPASS');
    expect((await get('/')).cache).toBe('HIT');
  });

  it('works inside and outside of compression', async () => {
    const text = 'compress me '.repeat(500);
    const outside = await service((_req, res) => void res.type('text').send(text), {}, [compression()]);
    const inside = await service((req, res) => {
      compression()(req, res, () => void res.type('text').send(text));
    });
    for (const { get } of [outside, inside]) {
      for (const [encoding, cache] of [
        ['gzip', 'MISS'],
        ['gzip', 'HIT'],
      ] as const) {
        const answer = await get('/', { 'Accept-Encoding': encoding });
        expect([answer.cache, answer.headers.get('content-encoding'), answer.body]).toEqual([
          cache,
          'gzip',
          text,
        ]);
      }
      expect((await get('/', { 'Accept-Encoding': 'identity' })).body).toBe(text);
    }
  });
});

describe('what is never shared', () => {
  it.each([
    ['Set-Cookie', 'session=1'],
    ['Cache-Control', 'private'],
    ['Cache-Control', 'no-store'],
    ['Cache-Control', 'no-cache'],
    ['Cache-Control', 'max-age=0'],
    ['Cache-Control', 'public, max-age="x'],
    ['Vary', '*'],
    ['Vary', 'Accept, *'],
    ['Vary', 'a,b,c,d,e,f,g,h,i'],
    ['Vary', 'not a name'],
    ['Expires', '0'],
    ['Content-Range', 'bytes 0-1/2'],
  ])('an answer with %s: %s', async (name, value) => {
    const { get, runs } = await service((_req, res) => void res.set(name, value).send('x'));
    await get();
    await get();
    expect(runs()).toBe(2);
  });

  it.each([
    ['Authorization', 'Bearer x'],
    ['Cookie', 'session=1'],
    ['Range', 'bytes=0-1'],
    ['Cache-Control', 'no-store'],
  ])('the answer to a request with %s: %s', async (name, value) => {
    const { get, runs } = await service((_req, res) => void res.send('x'));
    await get();
    expect((await get('/', { [name]: value })).cache).toBe('BYPASS');
    expect(runs()).toBe(2);
  });

  it('ids, dates and cookies of the request that made the answer', async () => {
    const { get } = await service((_req, res) => void res.set('Server-Timing', 'db;dur=5').send('x'));
    const first = await get();
    const second = await get();
    expect(second.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
    expect(second.headers.get('x-request-id')).toMatch(/^[0-9a-f]{32}$/);
    expect(second.headers.get('server-timing')).toBeNull();
  });

  it('headers that another middleware sets for each request', async () => {
    let n = 0;
    const limits: express.RequestHandler = (_req, res, next) => {
      n += 1;
      res.setHeader('X-RateLimit-Used', n);
      next();
    };
    const { get } = await service((_req, res) => void res.send('x'), {}, [limits]);
    await get();
    expect((await get()).headers.get('x-ratelimit-used')).toBe('2');
  });

  it('the answer of one tenant, or principal, with another', async () => {
    const identify: express.RequestHandler = (req, _res, next) => {
      setIdentity({ tenantId: String(req.headers['x-tenant']) });
      next();
    };
    const { get } = await service(
      (req, res) => void res.set('Cache-Control', 'private, max-age=60').send(req.headers.authorization),
      { principal: (req) => req.headers.authorization },
      [identify],
    );
    const ask = async (tenant: string, user: string) => {
      const { cache, body } = await get('/', { 'X-Tenant': tenant, Authorization: user });
      return [cache, body];
    };
    expect(await ask('a', 'ann')).toEqual(['MISS', 'ann']);
    expect(await ask('a', 'bob')).toEqual(['MISS', 'bob']);
    expect(await ask('b', 'ann')).toEqual(['MISS', 'ann']);
    expect(await ask('a principal=ann', 'x')).toEqual(['MISS', 'x']);
    expect(await ask('a', 'ann')).toEqual(['HIT', 'ann']);
  });
});

describe('what was kept for a tenant', () => {
  it('is forgotten with its variants and principals, and nothing of others', async () => {
    const identify: express.RequestHandler = (req, _res, next) => {
      const tenantId = req.headers['x-tenant'];
      if (typeof tenantId === 'string') setIdentity({ tenantId });
      next();
    };
    const { get, cache } = await service(
      (_req, res) => void res.vary('Accept-Language').send('x'),
      { principal: (req) => req.headers.authorization },
      [identify],
    );
    const ask = async (path: string, headers: Record<string, string>) => (await get(path, headers)).cache;
    const asked: [path: string, headers: Record<string, string>][] = [
      ['/', { 'X-Tenant': 'acme' }],
      ['/', { 'X-Tenant': 'acme', 'Accept-Language': 'de' }],
      ['/a?b=1', { 'X-Tenant': 'acme', Authorization: 'ann' }],
      ['/', { 'X-Tenant': 'acme2' }],
      ['/', { 'X-Tenant': 'my acme', Authorization: 'acme' }],
      ['/?x=%20tenant=%22acme%22', {}],
      ['/', { 'X-Tenant': 'a"b *' }],
    ];
    const all = async () => {
      const seen: (string | null)[] = [];
      for (const [path, headers] of asked) seen.push(await ask(path, headers));
      return seen;
    };
    expect(await all()).toEqual(asked.map(() => 'MISS'));
    await cache.deleteTenant('acme');
    expect(await all()).toEqual(['MISS', 'MISS', 'MISS', 'HIT', 'HIT', 'HIT', 'HIT']);
    await cache.deleteTenant('a"b *');
    await cache.deleteTenant('nobody');
    expect(await all()).toEqual(['HIT', 'HIT', 'HIT', 'HIT', 'HIT', 'HIT', 'MISS']);
  });
});

describe('the key', () => {
  it('holds the parameters in the order of their names, and those of one name in theirs', async () => {
    const { get } = await service((req, res) => void res.send(req.originalUrl));
    await get('/p?b=2&a=1&b=1');
    expect((await get('/p?a=1&b=2&b=1')).cache).toBe('HIT');
    expect((await get('/p?b=1&b=2&a=1')).cache).toBe('MISS');
    expect((await get('/p?a=1&b=2')).cache).toBe('MISS');
  });

  it('holds the host', async () => {
    const { port, cache } = await service((req, res) => void res.send(req.headers.host));
    const ask = (host: string) =>
      sendRaw(port, `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect(await ask('one.example')).toContain('X-Cache: MISS');
    expect(await ask('evil.example')).toContain('evil.example');
    expect(await ask('ONE.example')).toContain('X-Cache: HIT');
    await cache.delete('GET one.example/');
    expect(await ask('one.example')).toContain('X-Cache: MISS');
  });

  it('stays bounded for hostile URLs', async () => {
    const { port, cache } = await service((_req, res) => void res.send('x'), { maxSize: 20 });
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 200 }), async (text) => {
        const path = `/${text.replace(/[^\x21-\x7e]/g, '%')}`;
        const answer = await sendRaw(port, `GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
        expect(answer).toMatch(/^HTTP\/1.1 200/);
      }),
      { numRuns: 60 },
    );
    const long = await sendRaw(
      port,
      `GET /${'x'.repeat(5_000)} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`,
    );
    expect(long).toContain('X-Cache: BYPASS');
    expect(cache.getStats().keys).toBeLessThanOrEqual(20);
  });

  it('holds the headers that the answer says it differs by', async () => {
    const handler: Handler = (req, res) =>
      void res.vary('Accept-Language').send(req.headers['accept-language']);
    const { get } = await service(handler);
    const ask = async (language: string) => {
      const { cache, body } = await get('/', { 'Accept-Language': language });
      return [cache, body];
    };
    expect(await ask('en')).toEqual(['MISS', 'en']);
    expect(await ask('de')).toEqual(['MISS', 'de']);
    expect(await ask('en')).toEqual(['HIT', 'en']);
    expect(await ask('de')).toEqual(['HIT', 'de']);
  });

  it('takes up a header that only a later answer differs by', async () => {
    const { get } = await service((req, res) => {
      res.vary('Accept-Language');
      if (req.headers['accept-language'] === 'de') res.vary('X-Region');
      res.send([req.headers['accept-language'], req.headers['x-region']].join(' '));
    });
    const ask = async (language: string, region: string) =>
      (await get('/', { 'Accept-Language': language, 'X-Region': region })).body;
    for (let round = 0; round < 3; round += 1) {
      expect(await ask('en', '1')).toBe('en 1');
      expect(await ask('de', '1')).toBe('de 1');
      expect(await ask('de', '2')).toBe('de 2');
    }
  });

  it('forgets all variants of an answer at once', async () => {
    const handler: Handler = (req, res) =>
      void res.vary('Accept-Language').send(req.headers['accept-language']);
    const { get, cache, port } = await service(handler);
    const languages = ['en', 'de', 'fr'];
    for (const language of languages) await get('/', { 'Accept-Language': language });
    await cache.delete(`GET 127.0.0.1:${port}/`);
    for (const language of languages) {
      expect((await get('/', { 'Accept-Language': language })).cache).toBe('MISS');
    }
  });
});

describe('conditional requests', () => {
  it('are answered 304 from the kept answer, also with the first one', async () => {
    const { get, runs } = await service((_req, res) => {
      res.write('x');
      res.end();
    });
    await get();
    const etag = (await get()).headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/"1-/);
    // Without a Cache-Control of its own, fetch adds no-cache to a conditional request.
    const conditional = (tags: string) => ({ 'If-None-Match': tags, 'Cache-Control': 'max-age=600' });
    const second = await get('/', conditional(`"other", ${etag}`));
    expect([second.status, second.cache, second.body]).toEqual([304, 'HIT', '']);
    expect(second.headers.get('etag')).toBe(etag);
    expect((await get('/', conditional('"other"'))).status).toBe(200);
    expect(runs()).toBe(1);
  });

  it('leave a whole answer behind for others when they are the first', async () => {
    const { get } = await service((_req, res) => void res.set('ETag', '"v1"').send('whole'));
    const first = await get('/', { 'If-None-Match': '"v1"' });
    expect([first.status, first.body, first.cache]).toEqual([304, '', 'MISS']);
    expect(await get()).toMatchObject({ status: 200, body: 'whole', cache: 'HIT' });
  });

  it('by time compare with Last-Modified', async () => {
    const at = 'Thu, 01 Jan 2026 00:00:00 GMT';
    const { get } = await service((_req, res) => void res.set('Last-Modified', at).send('x'));
    await get();
    const ask = async (since: string) => {
      const { status, cache } = await get('/', {
        'If-Modified-Since': since,
        'Cache-Control': 'max-age=600',
      });
      return [status, cache];
    };
    expect(await ask(at)).toEqual([304, 'HIT']);
    expect(await ask('Wed, 31 Dec 2025 00:00:00 GMT')).toEqual([200, 'HIT']);
  });
});

describe('Cache-Control', () => {
  it('of the answer says how long it is kept, s-maxage before max-age', async () => {
    const { get, clock } = await service(
      (_req, res) => void res.set('Cache-Control', 's-maxage=5, max-age=100').send('x'),
    );
    await get();
    await clock.advance(4_999);
    expect((await get()).cache).toBe('HIT');
    await clock.advance(1);
    expect((await get()).cache).toBe('MISS');
  });

  it('of the request asks for a younger answer, a new one, or a kept one only', async () => {
    const { get, clock } = await service((_req, res) => void res.send('x'));
    expect((await get('/', { 'Cache-Control': 'only-if-cached' })).status).toBe(504);
    await get();
    await clock.advance(10_000);
    expect((await get('/', { 'Cache-Control': 'max-age=20' })).cache).toBe('HIT');
    expect((await get('/', { 'Cache-Control': 'max-age=5' })).cache).toBe('MISS');
    expect((await get('/', { 'Cache-Control': 'no-cache' })).cache).toBe('MISS');
    expect((await get('/', { Pragma: 'no-cache' })).cache).toBe('MISS');
    expect((await get('/', { 'Cache-Control': 'min-fresh=70' })).cache).toBe('MISS');
    expect((await get('/', { 'Cache-Control': 'only-if-cached' })).cache).toBe('HIT');
  });

  it('of the request is ignored where the application says so', async () => {
    const { get } = await service((_req, res) => void res.send('x'), { obeyRequest: false });
    await get();
    expect((await get('/', { 'Cache-Control': 'no-cache' })).cache).toBe('HIT');
  });

  it('is made where the answer has none: ask each time, or for clientTtlMs', async () => {
    const first = await service((_req, res) => void res.send('x'));
    for (const cache of ['MISS', 'HIT']) {
      const answer = await first.get();
      expect([answer.cache, answer.headers.get('cache-control')]).toEqual([cache, 'public, no-cache']);
    }
    const second = await service((_req, res) => void res.send('x'), {
      clientTtlMs: 30_000,
      principal: () => 'ann',
    });
    expect((await second.get()).headers.get('cache-control')).toBe('private, max-age=30');
  });

  it('keeps the answer of a tenant from caches that know no tenants', async () => {
    const identify: express.RequestHandler = (_req, _res, next) => {
      setIdentity({ tenantId: 'acme' });
      next();
    };
    const { get } = await service((_req, res) => void res.send('x'), { clientTtlMs: 30_000 }, [identify]);
    expect((await get()).headers.get('cache-control')).toBe('private, max-age=30');
  });
});

describe('many requests at once', () => {
  it('run the handler once for a thousand on a cold key', async () => {
    const waiting: Response[] = [];
    const { get, runs, cache } = await service((_req, res) => void waiting.push(res));
    const answers = Array.from({ length: 1_000 }, () => get());
    await expect.poll(() => cache.getStats().coalesced, { timeout: 20_000 }).toBe(999);
    waiting[0]?.send('x');
    const all = await Promise.all(answers);
    expect(runs()).toBe(1);
    expect(all.filter(({ cache }) => cache === 'HIT').length).toBe(999);
    expect(new Set(all.map(({ body }) => body))).toEqual(new Set(['x']));
  });

  it('each get their own variant', async () => {
    const { get } = await service((req, res) => {
      setImmediate(() => res.vary('Accept-Language').send(req.headers['accept-language']));
    });
    const languages = Array.from({ length: 40 }, (_, n) => `l${n % 4}`);
    const bodies = await Promise.all(
      languages.map(async (language) => (await get('/', { 'Accept-Language': language })).body),
    );
    expect(bodies).toEqual(languages);
  });

  it('do not wait for each other when the answer cannot be shared', async () => {
    const waiting: Response[] = [];
    const { get, runs } = await service((_req, res) => void waiting.push(res));
    const first = get();
    await expect.poll(() => waiting.length).toBe(1);
    const others = [get(), get(), get()];
    waiting[0]?.set('Cache-Control', 'private').send('mine');
    await first;
    await expect.poll(() => waiting.length).toBe(4);
    for (const res of waiting.slice(1)) res.set('Cache-Control', 'private').send('mine');
    await Promise.all(others);
    const later = [get(), get()];
    await expect.poll(() => waiting.length).toBe(6);
    for (const res of waiting.slice(4)) res.send('shared by now');
    await Promise.all(later);
    expect((await get()).cache).toBe('HIT');
    expect(runs()).toBe(6);
  });

  it('are told 503 when the one that was asked failed, so that a failing source is asked once', async () => {
    const waiting: Response[] = [];
    const { get, runs, cache } = await service((_req, res) => void waiting.push(res));
    const answers = [get(), get(), get()];
    await expect.poll(() => cache.getStats().coalesced).toBe(2);
    waiting[0]?.status(500).send('broken');
    const all = await Promise.all(answers);
    expect(all.map(({ status }) => String(status)).sort()).toEqual(['500', '503', '503']);
    const refused = all.find(({ status }) => status === 503);
    expect(refused?.headers.get('retry-after')).toBe('1');
    expect(refused?.body).toContain('CACHE_SOURCE_FAILED');
    expect(runs()).toBe(1);
  });

  it('go on when the client of the one that was asked leaves', async () => {
    const waiting: Response[] = [];
    const { get, port, runs, cache } = await service((_req, res) => void waiting.push(res));
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    await expect.poll(() => waiting.length).toBe(1);
    const follower = get();
    await expect.poll(() => cache.getStats().coalesced).toBe(1);
    const gone = once(waiting[0] as Response, 'close');
    socket.destroy();
    await gone;
    waiting[0]?.send('x');
    expect(await follower).toMatchObject({ cache: 'HIT', body: 'x' });
    expect(runs()).toBe(1);
  });

  it('are asked anew when a stream ends with the client that left', async () => {
    const waiting: Response[] = [];
    const { get, port, cache } = await service((_req, res) => void waiting.push(res));
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    await expect.poll(() => waiting.length).toBe(1);
    const follower = get();
    await expect.poll(() => cache.getStats().coalesced).toBe(1);
    const gone = once(waiting[0] as Response, 'close');
    const source = new Readable({ read() {} });
    source.pipe(waiting[0] as Response);
    socket.destroy();
    await gone;
    source.unpipe(waiting[0] as Response);
    await expect.poll(() => waiting.length).toBe(2);
    waiting[1]?.send('from the second');
    expect((await follower).body).toBe('from the second');
  });

  it('are answered by themselves after collapseTimeoutMs', async () => {
    const waiting: Response[] = [];
    const { get, clock, cache } = await service((_req, res) => void waiting.push(res));
    const first = get();
    await expect.poll(() => waiting.length).toBe(1);
    const second = get();
    await expect.poll(() => cache.getStats().coalesced).toBe(1);
    await clock.advance(10_000);
    await expect.poll(() => waiting.length).toBe(2);
    waiting[1]?.send('own');
    expect((await second).body).toBe('own');
    waiting[0]?.send('slow');
    expect((await first).body).toBe('slow');
  });
});

describe('older answers', () => {
  it('are given to the others while one request makes a new one', async () => {
    const waiting: Response[] = [];
    const { get, clock } = await service((_req, res) => void waiting.push(res), {
      staleWhileRevalidateMs: 30_000,
    });
    const first = get();
    await expect.poll(() => waiting.length).toBe(1);
    waiting[0]?.send('old');
    await first;
    await clock.advance(61_000);
    const leader = get();
    await expect.poll(() => waiting.length).toBe(2);
    expect(await get()).toMatchObject({ cache: 'STALE', body: 'old' });
    waiting[1]?.send('new');
    expect(await leader).toMatchObject({ cache: 'MISS', body: 'new' });
    expect(await get()).toMatchObject({ cache: 'HIT', body: 'new' });
  });

  it('are given instead of a 5xx, by the option or by the answer itself', async () => {
    for (const [header, options] of [
      [undefined, { staleIfErrorMs: 30_000 }],
      ['max-age=60, stale-if-error=30', {}],
    ] as const) {
      let isDown = false;
      const { get, clock } = await service((_req, res) => {
        if (isDown) throw new Error('source is down');
        if (header !== undefined) res.set('Cache-Control', header);
        res.set('X-Kept', 'yes').send('old');
      }, options);
      await get();
      isDown = true;
      await clock.advance(61_000);
      const answer = await get();
      expect([answer.status, answer.cache, answer.body, answer.headers.get('x-kept')]).toEqual([
        200,
        'STALE',
        'old',
        'yes',
      ]);
      await clock.advance(30_000);
      expect((await get()).status).toBe(500);
    }
  });

  it('are not given where the answer says must-revalidate', async () => {
    let isDown = false;
    const { get, clock } = await service(
      (_req, res) => {
        if (isDown) throw new Error('source is down');
        res.set('Cache-Control', 'max-age=60, must-revalidate').send('old');
      },
      { staleIfErrorMs: 30_000 },
    );
    await get();
    isDown = true;
    await clock.advance(61_000);
    expect((await get()).status).toBe(500);
  });
});

describe('an invalidation', () => {
  it('during a request keeps its answer from being kept', async () => {
    const waiting: Response[] = [];
    const { get, cache } = await service((_req, res) => void waiting.push(res));
    const first = get();
    await expect.poll(() => waiting.length).toBe(1);
    await cache.deleteMatching('/');
    waiting[0]?.send('from before the change');
    await first;
    await soon();
    const second = get();
    await expect.poll(() => waiting.length).toBe(2);
    waiting[1]?.send('new');
    expect(await second).toMatchObject({ cache: 'MISS', body: 'new' });
  });
});

describe('the options', () => {
  it('are refused with the name, the value and what is right', () => {
    const refusal = (options: ResponseCacheOptions) => {
      try {
        responseCache(options);
        return 'taken';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(refusal({ ttl: 'soon' })).toBe(
      'responseCache: ttl is soon; it must be an integer from 1 to 3155760000000.',
    );
    expect(refusal({ methods: ['POST'] })).toBe(
      'responseCache: methods names POST; only GET and HEAD are answered from a cache, since others change something.',
    );
    expect(refusal({ statusCodes: [206] })).toBe(
      'responseCache: statusCodes names 206; it must be from 200 to 499, and a 206 is a part only.',
    );
    expect(refusal({ jitterRatio: 2 })).toBe(
      'responseCache: jitterRatio is 2; it must be a number from 0 to 1.',
    );
  });
});

describe('document 004', () => {
  it('caches by path with the options of its examples, and shows statistics', async () => {
    const app = express();
    const data = responseCache({ ttl: 300_000 });
    const users = responseCache({
      ttl: 600_000,
      methods: ['GET', 'HEAD'],
      statusCodes: [200, 304],
      skip: (req) => req.query['nocache'] === 'true',
    });
    const options = {
      maxSize: process.env['CACHE_MAX_SIZE'] || 500,
      ttl: process.env['CACHE_TTL'] || 300_000,
    };
    const open = responseCache(options);
    for (const { cache } of [data, users, open]) onTestFinished(() => cache.close());
    app.use('/api/v1/data/', data);
    app.use('/api/v1/users/', users);
    app.use('/api/public/', open);
    app.get('/cache/stats', cacheStats());
    app.use((req, res) => void res.send(req.path));
    const { url } = await serve(app);
    for (const path of ['/api/v1/data/theme', '/api/v1/users/1', '/api/public/x']) {
      const seen: unknown[] = [];
      for (let n = 0; n < 2; n += 1) seen.push((await fetch(url + path)).headers.get('x-cache'));
      expect(seen).toEqual(['MISS', 'HIT']);
    }
    const stats = (await (await fetch(`${url}/cache/stats`)).json()) as Record<string, number>;
    expect(stats).toMatchObject({ hits: 3, misses: 3, keys: 3, hitRate: 50 });
    expect(stats['size']).toBeGreaterThan(0);
  });
});
