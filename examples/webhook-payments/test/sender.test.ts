import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DeliveryRecord, openDeliveryRecord } from '../src/demo/delivery-record.ts';
import { createSender, type Sender } from '../src/demo/sender.ts';
import { badInput } from '../src/senders/bad-input.ts';
import { paymentFixtures } from '../src/senders/payments.ts';

type Answer = 'break' | { status: number; body: object };

let folder: string;
let server: Server;
let record: DeliveryRecord;
let sender: Sender;
let isUp: boolean;
/** What the server answers, one after the other; the last for ever. */
let answers: Answer[];
let received: IncomingHttpHeaders[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sender-'));
  answers = [{ status: 200, body: { status: 'queued' } }];
  received = [];
  isUp = true;
  server = createServer((request, response) => {
    received.push(request.headers);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer === undefined || answer === 'break') request.socket.destroy();
    else response.writeHead(answer.status).end(JSON.stringify(answer.body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  record = openDeliveryRecord(join(folder, 'deliveries.db'));
  const secret = 'whsec_c2VjcmV0';
  sender = createSender({
    baseUrl: () => (isUp ? `http://127.0.0.1:${port}` : undefined),
    secrets: { github: [secret], stripe: [secret, secret], paddle: [secret], standard: [secret] },
    record,
    signal: AbortSignal.timeout(10_000),
    redeliveryMs: 1,
  });
});

afterEach(() => {
  record.close();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const fixture = paymentFixtures(3)[2];
if (fixture === undefined) throw new Error('there is no third fixture');

function statuses(): unknown[] {
  const db = new Database(join(folder, 'deliveries.db'), { readonly: true });
  const rows = db.prepare('SELECT status FROM attempts ORDER BY id').pluck().all();
  db.close();
  return rows;
}

describe('a webhook provider', () => {
  it('delivers again under the same id until it is answered 2xx, and records every attempt', async () => {
    answers = ['break', { status: 503, body: {} }, { status: 200, body: { status: 'queued' } }];
    record.addEvent(fixture);
    await sender.deliver(fixture);
    expect(statuses()).toEqual([null, 503, 200]);
    expect(received.map((headers) => headers['webhook-id'])).toEqual(Array(3).fill(fixture.eventId));
    expect(record.countAccepted()).toBe(1);
  });

  it('records an attempt while the service is down, and goes on', async () => {
    isUp = false;
    record.addEvent(fixture);
    const delivering = sender.deliver(fixture);
    await Promise.resolve();
    isUp = true;
    await delivering;
    expect(statuses()).toEqual([null, 200]);
  });

  it('counts an event once, however often it was accepted', async () => {
    record.addEvent(fixture);
    await sender.deliver(fixture);
    await sender.repeat(fixture);
    expect(record.countSent()).toBe(2);
    expect(record.countAccepted()).toBe(1);
  });

  it('sends bad input once, and never takes it for an accepted event', async () => {
    for (const bad of badInput(1)) await sender.sendBad(bad);
    expect(record.countSent()).toBe(21);
    expect(record.countAccepted()).toBe(0);
    const signed = received.filter((headers) =>
      Object.keys(headers).some((name) => name.includes('signature')),
    );
    expect(signed).toHaveLength(17);
  });
});
