import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runService, stopService } from './program.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orders-api-start-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('npm start', { timeout: 90_000 }, () => {
  it('prints demo keys once, brings its own prices, and ends with 0 on SIGTERM', async () => {
    const env = {
      NODE_ENV: 'development',
      ADMIN_KEY: 'a-key-of-24-characters-0',
      PORT: '0',
      HOLDFAST_DATA_DIR: folder,
    };
    const first = runService(env);
    const url = await first.url;
    const [, key = ''] =
      /^demo key of acme: (\S+)\ndemo key of globex: \S+\norders-api listens/.exec(first.stdout()) ?? [];
    const placed = await fetch(`${url}/orders`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'idempotency-key': 'k', 'content-type': 'application/json' },
      body: '{"email":"ada@example.com","currency":"EUR","lines":[{"sku":"kelp","quantity":2}]}',
    });
    expect(await placed.json()).toMatchObject({ totalMinor: 2500 });
    expect(await stopService(first)).toBe(0);
    const second = runService(env);
    await second.url;
    expect(second.stdout()).toMatch(/^orders-api listens on \S+\n$/);
    expect(await stopService(second)).toBe(0);
  });

  it('says in one line what is wrong, without a secret', async () => {
    const base = {
      ADMIN_KEY: 'a-key-of-24-characters-0',
      PRICING_URL: 'http://127.0.0.1:9',
      PORT: '0',
      HOLDFAST_DATA_DIR: folder,
    };
    const database = 'postgresql://user:hunter2@127.0.0.1:9/orders';
    const failures = [
      { ...base, PORT: 'x' },
      { ...base, DATABASE_URL: database },
    ].map((env) => runService(env));
    const codes = await Promise.all(failures.map(({ ended }) => ended));
    expect(codes).toEqual([1, 1]);
    expect(failures.map(({ stderr }) => stderr())).toEqual([
      'orders-api: PORT must be a whole number from 0 to 65535. See .env.example.\n',
      'orders-api: connect ECONNREFUSED 127.0.0.1:9\n',
    ]);
  });
});
