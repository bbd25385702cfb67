/** The examples of the requirement documents for idempotency, as written there. */
import { idempotencyMiddleware } from '@holdfast/express/idempotency';
import { RedisIdempotencyStore } from '@holdfast/idempotency';
import { type RedisServer, redisServer, startRedis } from '@holdfast/test-servers';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve } from './serve.ts';

describe.skipIf(redisServer() === undefined)('idempotency of document 003', () => {
  let server: RedisServer;
  beforeAll(async () => void (server = await startRedis()));
  afterAll(() => server.stop());

  it('store, middleware and client work as the document shows them', async () => {
    process.env['REDIS_URL'] = server.url;
    const store = new RedisIdempotencyStore({
      url: process.env['REDIS_URL'],
      keyPrefix: 'idempotency:requests:',
    });
    const app = express();
    app.use(express.json());
    app.use(
      idempotencyMiddleware(store, {
        headerName: 'Idempotency-Key',
        ttlSeconds: 86400,
        methods: ['POST', 'PUT', 'PATCH'],
        // Not of the document: a busy machine is slow to connect, and Redis is not away.
        storeTimeoutMs: 20_000,
      }),
    );
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    app.post('/api/v1/requests', async (req, res) => {
      begun.resolve();
      await gate.promise;
      res.status(201).json({ id: 1, destination: (req.body as { destination: string }).destination });
    });
    const { url } = await serve(app);
    const send = (destination: string) =>
      fetch(`${url}/api/v1/requests`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'unique-request-id-123' },
        body: JSON.stringify({ destination }),
      });

    const first = send('Paris');
    await begun.promise;
    const during = await send('Paris');
    expect(during.status).toBe(409);
    expect(await during.json()).toEqual({
      error: {
        code: 'DUPLICATE_REQUEST_IN_PROGRESS',
        message: 'A request with this idempotency key is already being processed',
      },
    });
    gate.resolve();
    expect(await (await first).json()).toEqual({ id: 1, destination: 'Paris' });

    const replay = await send('Paris');
    expect([replay.status, replay.headers.get('x-idempotent-replayed')]).toEqual([201, 'true']);
    const conflict = await send('Rome');
    expect(conflict.status).toBe(422);
    expect(await conflict.json()).toEqual({
      error: {
        code: 'IDEMPOTENCY_KEY_CONFLICT',
        message: 'Idempotency key was already used with a different request payload',
      },
    });
    delete process.env['REDIS_URL'];
    await store.close();
  });
});
