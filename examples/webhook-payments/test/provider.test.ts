import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Ledger, openLedger } from '../src/provider/ledger.ts';
import { createProvider } from '../src/provider/server.ts';

let folder: string;
let ledger: Ledger;
let server: Server;
let url: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'provider-'));
  ledger = openLedger(join(folder, 'provider.db'));
  server = createProvider({ ledger, apiKey: 'the-key', latencyMs: 0 }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  ledger.close();
  rmSync(folder, { recursive: true });
});

function charge(key: string, init: { apiKey?: string; signal?: AbortSignal } = {}): Promise<Response> {
  return fetch(`${url}/v1/charges`, {
    method: 'POST',
    headers: { authorization: `Bearer ${init.apiKey ?? 'the-key'}`, 'idempotency-key': key },
    body: JSON.stringify({ reference: key, customer: 'cus_1', amountCents: 100, currency: 'EUR' }),
    ...(init.signal && { signal: init.signal }),
  });
}

const control = (name: string, body: object) =>
  fetch(`${url}/control/${name}`, { method: 'POST', body: JSON.stringify(body) });

function outcomes(): unknown[] {
  const db = new Database(join(folder, 'provider.db'), { readonly: true });
  const rows = db.prepare('SELECT outcome FROM requests ORDER BY id').pluck().all();
  db.close();
  return rows;
}

describe('the payment provider over HTTP', () => {
  it('records every request, repeated keys included', async () => {
    expect((await charge('evt_1')).status).toBe(201);
    expect((await charge('evt_1')).status).toBe(200);
    expect((await charge('evt_1', { apiKey: 'another' })).status).toBe(401);
    expect(outcomes()).toEqual(['made', 'replayed', 'unauthorized']);
  });

  it('fails on command and is well again on command', async () => {
    await control('outage', { mode: 'unavailable', forMs: 60_000 });
    expect((await charge('evt_1')).status).toBe(503);
    await control('recovery', {});
    expect((await charge('evt_1')).status).toBe(201);
  });

  it('breaks the connection after the charge, so that only the key prevents a second one', async () => {
    await control('outage', { mode: 'reset', forMs: 60_000 });
    await expect(charge('evt_1')).rejects.toThrow();
    await control('recovery', {});
    expect((await charge('evt_1')).status).toBe(200);
    expect(outcomes()).toEqual(['lost', 'replayed']);
  });

  it('refuses a command that it does not know', async () => {
    expect((await control('outage', { mode: 'fire', forMs: 1 })).status).toBe(400);
    expect((await control('explode', {})).status).toBe(400);
  });
});
