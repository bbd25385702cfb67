import { EventEmitter, once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createTraceContext, extractTraceContext, getCurrentTrace, runWithTrace } from '@holdfast/context';
import Database from 'better-sqlite3';
import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';

const current = () => getCurrentTrace()?.requestId;

/** Runs `work` in many contexts at once; each must see its own id and no other. */
async function inManyContexts(work: (id: string) => Promise<readonly (string | undefined)[]>): Promise<void> {
  const ids = Array.from({ length: 10 }, (_, index) => `req-${index}`);
  const seen = await Promise.all(
    ids.map((id) => runWithTrace(createTraceContext({ requestId: id }), () => work(id))),
  );
  ids.forEach((id, index) => {
    expect(seen[index]?.length).toBeGreaterThan(0);
    expect(new Set(seen[index])).toEqual(new Set([id]));
  });
  expect(current()).toBeUndefined();
}

describe('the context survives', () => {
  it('promises, timers, immediates, ticks and microtasks', async () => {
    await inManyContexts(async () => {
      const seen = [current()];
      const note = (resolve: () => void) => {
        seen.push(current());
        resolve();
      };
      await new Promise<void>((resolve) => setTimeout(() => note(resolve), 0));
      await new Promise<void>((resolve) => setImmediate(() => note(resolve)));
      await new Promise<void>((resolve) => process.nextTick(() => note(resolve)));
      await new Promise<void>((resolve) => queueMicrotask(() => note(resolve)));
      const interval = await new Promise<NodeJS.Timeout>((resolve) => {
        const handle = setInterval(() => note(() => resolve(handle)), 1);
      });
      clearInterval(interval);
      return [...seen, current()];
    });
  });

  it('streams and pipelines', async () => {
    await inManyContexts(async (id) => {
      const seen: (string | undefined)[] = [];
      const transform = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          seen.push(current());
          setImmediate(() => done(null, chunk));
        },
      });
      await pipeline(Readable.from([id, id, id]), transform, async (source: AsyncIterable<Buffer>) => {
        for await (const _chunk of source) seen.push(current());
      });
      return seen;
    });
  });

  it('an EventEmitter, whose listeners run in the context of the emit', async () => {
    const shared = new EventEmitter();
    const seen: (string | undefined)[] = [];
    shared.on('event', () => seen.push(current()));
    await inManyContexts(async (id) => {
      const own = new EventEmitter();
      setImmediate(() => own.emit('done', id));
      await once(own, 'done');
      shared.emit('event');
      return [current()];
    });
    expect(new Set(seen).size).toBe(10);
  });

  it('callbacks of better-sqlite3: functions, transactions and iteration', async () => {
    const db = new Database(':memory:');
    onTestFinished(() => void db.close());
    db.function('request_id', () => current() ?? null);
    db.exec('CREATE TABLE t (n INTEGER) STRICT; INSERT INTO t VALUES (1), (2)');
    await inManyContexts(async () => {
      const seen: (string | undefined)[] = [];
      seen.push(db.prepare<[], string>('SELECT request_id()').pluck().get());
      db.transaction(() => seen.push(current()))();
      for (const _row of db.prepare('SELECT n FROM t').iterate()) seen.push(current());
      return seen;
    });
  });

  it('the body parsing of Express, small bodies and large ones in pieces', async () => {
    const app = express();
    app.use((req, _res, next) =>
      runWithTrace(createTraceContext(extractTraceContext(req.headers)), () => next()),
    );
    app.use(
      express.json({ limit: '2mb' }),
      express.urlencoded({ extended: false }),
      express.text(),
      express.raw(),
    );
    app.post('/', (req, res) => {
      const length = JSON.stringify(req.body).length;
      res.json({ id: current(), length });
    });
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const types = [
      'application/json',
      'application/x-www-form-urlencoded',
      'text/plain',
      'application/octet-stream',
    ];
    const calls = Array.from({ length: 40 }, async (_, index) => {
      const type = types[index % 4] ?? '';
      const text = 'x'.repeat(index < 20 ? 10 : 90_000);
      const body = type === 'application/json' ? JSON.stringify({ text }) : text;
      const headers = { 'x-request-id': `req-${index}`, 'content-type': type };
      const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body });
      return ((await response.json()) as { id: string }).id;
    });
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 40 }, (_, index) => `req-${index}`));
  });
});

describe('the source', () => {
  const folder = new URL('../src/', import.meta.url);
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'));

  it('never uses enterWith, which leaks into the caller', () => {
    expect(sources.length).toBeGreaterThan(20);
    for (const source of sources) expect(source).not.toContain('enterWith');
  });

  it('imports nothing but itself and Node', () => {
    const imports = sources.flatMap((source) =>
      [...source.matchAll(/from '([^']+)'/g)].map(([, from]) => from),
    );
    expect(imports.length).toBeGreaterThan(20);
    for (const from of imports) expect(from).toMatch(/^(\.\.?\/|node:)/);
  });
});
