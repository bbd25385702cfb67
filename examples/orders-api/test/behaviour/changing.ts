import { describe, expect, it } from 'vitest';
import type { TestService } from '../service.ts';
import { changesOf, ORDER, placed } from './orders.ts';

export function changingBehaves(service: () => TestService): void {
  describe('a change', () => {
    it('is made to the version that was seen, and to no other', async () => {
      const { acme } = service();
      const path = `/orders/${await placed(acme)}`;
      const change = (tag: string, note: string | null) =>
        acme('PATCH', path, { headers: { 'if-match': tag }, body: { note } });
      const first = await change('"1"', 'ring twice');
      expect([first.status, first.headers.get('etag')]).toEqual([200, '"2"']);
      expect(first.body).toMatchObject({ note: 'ring twice', version: 2, totalMinor: 300 });
      const late = await change('"1"', 'do not ring');
      expect([late.status, late.body.error.code]).toEqual([412, 'ORDER_CHANGED']);
      expect((await change('W/"2"', 'x')).status).toBe(412);
      expect((await change('"2"', null)).body).toMatchObject({ note: null, version: 3 });
    });

    it('of two that come together, one is made', async () => {
      const { acme } = service();
      const path = `/orders/${await placed(acme)}`;
      const answers = await Promise.all(
        ['a', 'b', 'c', 'd'].map((note) =>
          acme('PATCH', path, { headers: { 'if-match': '"1"' }, body: { note } }),
        ),
      );
      expect(answers.map(({ status }) => String(status)).sort()).toEqual(['200', '412', '412', '412']);
    });

    it('has to say which version it means, and what to change', async () => {
      const { acme } = service();
      const path = `/orders/${await placed(acme)}`;
      const blind = await acme('PATCH', path, { body: { note: 'x' } });
      expect([blind.status, blind.body.error.code]).toEqual([428, 'IF_MATCH_REQUIRED']);
      for (const body of [{}, { totalMinor: 1 }, { email: null }]) {
        const answer = await acme('PATCH', path, { headers: { 'if-match': '"1"' }, body });
        expect([answer.status, answer.body.error.code]).toEqual([400, 'INVALID_BODY']);
      }
    });
  });

  describe('a delete', () => {
    it('answers 204, hides the order and its lines, and is undone by a restore', async () => {
      const { acme, admin } = service();
      const id = await placed(acme);
      const before = (await acme('GET', `/orders/${id}`)).body;
      expect((await acme('DELETE', `/orders/${id}`)).status).toBe(204);
      expect((await acme('GET', `/orders/${id}`)).status).toBe(404);
      expect((await acme('DELETE', `/orders/${id}`)).status).toBe(404);
      const find = async (query: string) =>
        (await admin('GET', `/admin/orders${query}`)).body.items.find((order) => order.id === id);
      expect(await find('')).toBeUndefined();
      expect(await find('?includeDeleted=true')).toMatchObject({
        tenantId: 'acme',
        deletedBy: 'ada',
        lines: before.lines,
      });
      const restored = await acme('POST', `/orders/${id}/restore`);
      expect([restored.status, restored.body]).toEqual([200, before]);
      expect((await acme('POST', `/orders/${id}/restore`)).body).toEqual(before);
      expect(await find('')).toMatchObject({ deletedAt: null, deletedBy: null });
    });

    it('and everything else shows in the timeline, with who did it and what changed', async () => {
      const { acme } = service();
      const id = await placed(acme);
      await acme('PATCH', `/orders/${id}`, {
        headers: { 'if-match': '"1"', 'x-request-id': 'the-change' },
        body: { note: 'ring twice', email: 'ada@example.org' },
      });
      await acme('DELETE', `/orders/${id}`);
      expect(await changesOf(acme, id)).toEqual(['PLACED', 'CHANGED', 'DELETED']);
      await acme('POST', `/orders/${id}/restore`);
      const { body } = await acme('GET', `/orders/${id}/timeline`);
      const first = await acme('GET', `/orders/${id}/timeline?limit=3`);
      const cursor = encodeURIComponent(first.body.nextCursor ?? '');
      const second = await acme('GET', `/orders/${id}/timeline?limit=3&cursor=${cursor}`);
      expect([...first.body.items, ...second.body.items]).toEqual(body.items);
      expect([body.nextCursor, second.body.nextCursor]).toEqual([null, null]);
      const astray = await acme('GET', `/orders/${id}/timeline?cursor=x`);
      expect([astray.status, astray.body.error.code]).toEqual([400, 'BAD_CURSOR']);
      expect(body.items[3]).toMatchObject({ changeType: 'RESTORED', by: 'ada' });
      expect(body.items[1]).toMatchObject({
        by: 'ada',
        requestId: 'the-change',
        diff: [
          { path: '/note', kind: 'changed', before: null, after: 'ring twice' },
          { path: '/version', kind: 'changed', before: 1, after: 2 },
        ],
      });
      // The address of a customer is not kept for ever.
      expect(JSON.stringify(body)).not.toContain(ORDER.email);
    });
  });
}
