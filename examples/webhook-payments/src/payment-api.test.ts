import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPaymentApi, type PaymentApi } from './payment-api.ts';

const BILL = { kind: 'charge', customer: 'cus_1', amountCents: 700, currency: 'EUR' } as const;

describe('the payment API in a sudden outage', () => {
  let server: Server;
  let isDown = false;
  let asked = 0;
  let api: PaymentApi;

  beforeEach(async () => {
    isDown = false;
    asked = 0;
    server = createServer((_req, res) => {
      asked += 1;
      res.writeHead(isDown ? 500 : 200, { 'content-type': 'application/json' });
      res.end(JSON.stringify(isDown ? { error: 'down' } : { id: `ch_${asked}` }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    api = createPaymentApi({
      url: `http://127.0.0.1:${port}`,
      apiKey: 'test',
      timeoutMs: 10_000,
      resetMs: 60_000,
    });
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('is no longer asked after five failures in a row, however many calls succeeded before', async () => {
    for (let call = 0; call < 40; call += 1) await api.charge(`evt_${call}`, BILL);
    expect(api.isAvailable()).toBe(true);
    isDown = true;
    const charges = [1, 2, 3].map((n) => api.charge(`late_${n}`, BILL));
    expect((await Promise.allSettled(charges)).map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
      'rejected',
    ]);
    expect(api.isAvailable()).toBe(false);
    const before = asked;
    await expect(api.charge('refused', BILL)).rejects.toMatchObject({ code: 'ERR_CIRCUIT_OPEN' });
    expect(asked).toBe(before);
  });
});
