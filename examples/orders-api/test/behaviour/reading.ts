import { describe, expect, it } from 'vitest';
import type { Client } from '../client.ts';
import type { TestService } from '../service.ts';
import { placed } from './orders.ts';

async function idsOf(client: Client, path: string): Promise<string[]> {
  return (await client('GET', path)).body.items.map((order) => order.id);
}

export function readingBehaves(service: () => TestService): void {
  describe('the list of orders', () => {
    it('comes from the cache until the tenant writes something', async () => {
      const { acme, globex } = service();
      const path = '/orders?limit=3';
      const cacheOf = async (client: Client) => (await client('GET', path)).headers.get('x-cache');
      const first = await placed(acme);
      expect([await cacheOf(acme), await cacheOf(acme)]).toEqual(['MISS', 'HIT']);
      expect(await cacheOf(globex)).toBe('MISS');
      const second = await placed(acme);
      expect((await idsOf(acme, path)).slice(0, 2)).toEqual([second, first]);
      await acme('DELETE', `/orders/${second}`);
      expect(await idsOf(acme, path)).not.toContain(second);
      await acme('POST', `/orders/${second}/restore`);
      await acme('PATCH', `/orders/${second}`, { headers: { 'if-match': '"1"' }, body: { note: 'new' } });
      expect((await acme('GET', path)).body.items[0]).toMatchObject({ id: second, note: 'new' });
      expect(await cacheOf(globex)).toBe('HIT');
    });

    it('is a 304 to who has it, and nothing for caches that know no tenants', async () => {
      const { acme } = service();
      const { headers } = await acme('GET', '/orders?limit=2');
      expect(headers.get('cache-control')).toBe('private, no-cache');
      const again = await acme('GET', '/orders?limit=2', {
        headers: { 'if-none-match': headers.get('etag') ?? '', 'cache-control': 'max-age=600' },
      });
      expect(again.status).toBe(304);
    });

    it('comes in pages, newest first, to which nothing is added while they are read', async () => {
      const { globex } = service();
      const ids: string[] = [];
      for (let n = 0; n < 5; n += 1) ids.unshift(await placed(globex));
      const first = await globex('GET', '/orders?limit=2');
      await placed(globex);
      const second = await globex('GET', `/orders?limit=2&cursor=${first.body.nextCursor}`);
      const read = [first, second].flatMap(({ body }) => body.items.map((order) => order.id));
      expect(read).toEqual(ids.slice(0, 4));
      const last = await globex('GET', '/orders?limit=100');
      expect(last.body.nextCursor).toBeNull();
    });

    it.each(['limit=0', 'limit=101', 'limit=x', 'cursor=x', 'cursor=x&cursor=y'])(
      'is refused with ?%s',
      async (query) => {
        const { acme, admin } = service();
        for (const answer of [
          await acme('GET', `/orders?${query}`),
          await admin('GET', `/admin/orders?${query}`),
        ]) {
          expect([answer.status, answer.body.error.code]).toEqual([400, 'BAD_QUERY']);
        }
      },
    );
  });

  describe('a tenant', () => {
    it('never sees, changes, deletes or restores the order of another', async () => {
      const { acme, globex } = service();
      const id = await placed(acme);
      const tries = [
        globex('GET', `/orders/${id}`),
        globex('PATCH', `/orders/${id}`, { headers: { 'if-match': '"1"' }, body: { note: 'x' } }),
        globex('DELETE', `/orders/${id}`),
        globex('POST', `/orders/${id}/restore`),
        globex('GET', `/orders/${id}/timeline`),
        globex('GET', `/orders/${id}/mails`),
      ];
      const answers = await Promise.all(tries);
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404]);
      expect(await idsOf(globex, '/orders?limit=100')).not.toContain(id);
      expect((await acme('GET', `/orders/${id}`)).body).toMatchObject({ version: 1, note: null });
    });
  });
}
