import { describe, expect, it } from 'vitest';
import { createClient } from '../client.ts';
import { METRICS_KEY, type TestService } from '../service.ts';
import { ORDER, post } from './orders.ts';

const SOME_ID = '00000000-0000-4000-8000-000000000000';

export function doorsBehave(service: () => TestService): void {
  describe('who has no key', () => {
    it('gets 401 wherever a key is described, and 404 for what is not there with one', async () => {
      const { anyone, acme, admin, contract } = service();
      for (const { method, path, statuses } of contract.operations()) {
        const url = path.replace('{id}', SOME_ID);
        if (statuses.includes('401')) expect([path, (await anyone(method, url)).status]).toEqual([path, 401]);
        if (!statuses.includes('404')) continue;
        const body = method === 'PATCH' ? { headers: { 'if-match': '"1"' }, body: { note: 'x' } } : {};
        const client = path.startsWith('/admin') ? admin : acme;
        expect([path, (await client(method, url, body)).status]).toEqual([path, 404]);
      }
    });

    it('gets no further with a wrong one', async () => {
      const { anyone } = service();
      for (const key of ['x', `hk_${'0'.repeat(16)}_${'0'.repeat(64)}`]) {
        expect((await anyone('GET', '/orders', { headers: { 'x-api-key': key } })).status).toBe(401);
      }
      const headers = { 'x-admin-key': 'the-admin-key-012345678' };
      expect((await anyone('GET', '/admin/orders', { headers })).status).toBe(401);
    });
  });

  describe('what cannot be right', () => {
    it('is no fault of the service: ids that are none, bodies of another kind', async () => {
      const { acme, admin } = service();
      for (const id of ['%00', 'x'.repeat(1000), '%F0%9F%8C%8A']) {
        expect((await acme('GET', `/orders/${id}`)).status).toBe(404);
        expect((await acme('GET', `/orders/${id}/timeline`)).status).toBe(404);
        expect((await admin('DELETE', `/admin/api-keys/${id}`)).status).toBe(404);
        expect((await admin('POST', `/admin/events/dead-letters/${id}/redrive`)).status).toBe(404);
      }
      const headers = { 'content-type': 'text/plain', 'idempotency-key': 'k-text', 'if-match': '"1"' };
      const answers = [
        await acme('POST', '/orders', { headers, body: ORDER }),
        await acme('PATCH', `/orders/${SOME_ID}`, { headers, body: { note: 'x' } }),
        await admin('POST', '/admin/api-keys', { headers, body: { tenantId: 'a', userId: 'b' } }),
      ];
      expect(answers.map(({ status, body }) => [status, body.error.code])).toEqual(
        Array.from({ length: 3 }, () => [415, 'UNSUPPORTED_MEDIA_TYPE']),
      );
      const nothing = await acme('POST', '/orders', { headers: { 'idempotency-key': 'k-nothing' } });
      expect(nothing.status).toBe(415);
    });
  });

  describe('a key', () => {
    it('is made for a tenant, opens its orders and nothing else, and can be revoked', async () => {
      const { admin, acme, contract, program } = service();
      const issued = await admin('POST', '/admin/api-keys', { body: { tenantId: 'acme', userId: 'bob' } });
      expect(issued.status).toBe(201);
      const bob = createClient(await program.url, contract, { 'x-api-key': issued.body.key });
      const { body: order } = await post(bob);
      const { body: timeline } = await acme('GET', `/orders/${order.id}/timeline`);
      expect(timeline.items[0]).toMatchObject({ by: 'bob' });
      expect((await bob('GET', '/admin/orders')).status).toBe(401);
      expect((await admin('DELETE', `/admin/api-keys/${issued.body.id}`)).status).toBe(204);
      expect((await post(bob)).status).toBe(401);
    });

    it('is not made for a name that cannot be one', async () => {
      const answer = await service().admin('POST', '/admin/api-keys', {
        body: { tenantId: 'a b', userId: '' },
      });
      expect([answer.status, answer.body.error.code]).toEqual([400, 'INVALID_BODY']);
      expect(answer.body.error.message).toMatch(/tenantId.*userId/);
    });
  });

  describe('who runs the service', () => {
    it('sees probes, metrics, caches and the description', async () => {
      const { anyone, admin } = service();
      for (const path of ['/health', '/health/live', '/health/ready', '/health/startup']) {
        expect((await anyone('GET', path)).status).toBe(200);
      }
      expect((await anyone('GET', '/metrics')).status).toBe(403);
      const metrics = await anyone('GET', '/metrics', { headers: { 'x-api-key': METRICS_KEY } });
      expect(metrics.body).toMatch(/route="\/orders\/:id",status_code="404"/);
      expect((await admin('GET', '/admin/cache')).body.hits).toBeGreaterThan(0);
      expect((await anyone('GET', '/openapi.json')).body.info.title).toBe('Orders API');
    });

    it('gets problem details where they are asked for', async () => {
      const answer = await post(service().anyone, ORDER, 'k', { accept: 'application/problem+json' });
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(answer.body).toMatchObject({ status: 401, code: 'API_KEY' });
    });
  });
}
