import { describe, expect, it } from 'vitest';
import type { TestService } from '../service.ts';
import { changesOf, ORDER, placed, post } from './orders.ts';

export function placingBehaves(service: () => TestService): void {
  describe('an order', () => {
    it('is placed with the prices of the pricing service, and can be read', async () => {
      const { acme } = service();
      const { status, headers, body } = await post(acme);
      expect(status).toBe(201);
      expect(body).toMatchObject({
        email: 'ada@example.com',
        note: null,
        currency: 'EUR',
        lines: [
          { sku: 'kelp', quantity: 2, unitPriceMinor: 100 },
          { sku: 'moss', quantity: 1, unitPriceMinor: 100 },
        ],
        totalMinor: 300,
        version: 1,
      });
      expect(headers.get('etag')).toBe('"1"');
      const read = await acme('GET', headers.get('location') ?? '');
      expect(read.body).toEqual(body);
      expect(read.headers.get('etag')).toBe('"1"');
    });

    it('is placed once for a key, and every repeat gets the first answer', async () => {
      const { acme, admin } = service();
      const answers = [];
      for (let n = 0; n < 3; n += 1) answers.push(await post(acme, ORDER, 'key-of-three'));
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
      expect(answers.map(({ headers }) => headers.get('x-idempotent-replayed'))).toEqual([
        null,
        'true',
        'true',
      ]);
      expect(answers.map(({ headers }) => headers.get('etag'))).toEqual(['"1"', '"1"', '"1"']);
      expect(answers[2]?.body).toEqual(answers[0]?.body);
      const { body } = await admin('GET', '/admin/orders');
      const id = answers[0]?.body.id;
      expect(body.items.filter((order) => order.id === id)).toHaveLength(1);
    });

    it('is another one for another tenant with the same key', async () => {
      const { acme, globex } = service();
      const first = await post(acme, ORDER, 'key-of-two');
      const second = await post(globex, ORDER, 'key-of-two');
      expect(second.body.id).not.toBe(first.body.id);
    });

    it('is refused without a key, and with the key of another order', async () => {
      const { acme } = service();
      const none = await acme('POST', '/orders', { body: ORDER });
      expect([none.status, none.body.error.code]).toEqual([400, 'IDEMPOTENCY_KEY_MISSING']);
      await post(acme, ORDER, 'key-of-one');
      const other = await post(acme, { ...ORDER, note: 'another' }, 'key-of-one');
      expect([other.status, other.body.error.code]).toEqual([422, 'IDEMPOTENCY_KEY_CONFLICT']);
    });

    it('is refused while the first request with its key is at work', async () => {
      const { acme, pricing } = service();
      const before = pricing.requests.length;
      const go = pricing.hold();
      const first = post(acme, ORDER, 'key-at-work');
      await expect.poll(() => pricing.requests.length).toBe(before + 1);
      const second = await post(acme, ORDER, 'key-at-work');
      go();
      expect([second.status, second.body.error.code]).toEqual([409, 'DUPLICATE_REQUEST_IN_PROGRESS']);
      expect(second.headers.get('retry-after')).toMatch(/^\d+$/);
      expect((await first).status).toBe(201);
    });

    it.each<[string, object, string]>([
      ['no lines', { ...ORDER, lines: [] }, 'lines'],
      ['half a piece', { ...ORDER, lines: [{ sku: 'kelp', quantity: 0.5 }] }, 'lines.0.quantity'],
      [
        'an amount of its own',
        { ...ORDER, lines: [{ sku: 'kelp', quantity: 1, unitPriceMinor: 1 }] },
        'lines.0',
      ],
      ['a note that no database keeps', { ...ORDER, note: 'a\0b' }, 'note'],
      ['no address', { ...ORDER, email: 'ada' }, 'email'],
      ['a field that nobody knows', { ...ORDER, discount: 1 }, 'discount'],
    ])('is refused with %s, and the answer says where', async (_name, body, where) => {
      const { status, body: answer } = await post(service().acme, body);
      expect([status, answer.error.code]).toEqual([400, 'INVALID_BODY']);
      expect(answer.error.message).toContain(where);
    });

    it('is refused where a line is not sold', async () => {
      const answer = await post(service().acme, { ...ORDER, lines: [{ sku: 'nothing', quantity: 1 }] });
      expect([answer.status, answer.body.error.code]).toEqual([422, 'UNKNOWN_SKU']);
    });
  });

  describe('the pricing service', () => {
    it('is told the trace, the tenant and how long it has', async () => {
      const { acme, pricing } = service();
      await placed(acme);
      const headers = pricing.requests.at(-1) ?? {};
      expect(headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-9a-f]$/);
      expect(headers['x-tenant-id']).toBe('acme');
      expect(Number(headers['x-request-timeout-ms'])).toBeGreaterThan(0);
    });

    it('fails: 503 and nothing is written; when it is back, the same key places the order', async () => {
      const { acme, admin, pricing } = service();
      const total = async () => (await admin('GET', '/admin/orders?limit=100')).body.items.length;
      const before = await total();
      pricing.failWith(500);
      // Three attempts each: the second request opens the circuit after its second, and the third is not sent on.
      const answers = [];
      for (let n = 0; n < 3; n += 1) answers.push(await post(acme, ORDER, 'key-of-an-outage'));
      pricing.failWith(undefined);
      for (const { status, body, headers } of answers) {
        expect([status, body.error.code]).toEqual([503, 'PRICING_UNAVAILABLE']);
        expect(headers.get('retry-after')).toMatch(/^\d+$/);
      }
      expect(await total()).toBe(before);
      await expect.poll(async () => (await post(acme, ORDER, 'key-of-an-outage')).status).toBe(201);
      expect(await total()).toBe(before + 1);
    });

    it('refuses: that is no answer to the client either', async () => {
      const { acme, pricing } = service();
      pricing.failWith(404);
      const answer = await post(acme);
      pricing.failWith(undefined);
      expect([answer.status, answer.body.error.code]).toEqual([503, 'PRICING_UNAVAILABLE']);
    });
  });

  it('an order has a first line in its timeline', async () => {
    const { acme } = service();
    expect(await changesOf(acme, await placed(acme))).toEqual(['PLACED']);
  });
}
