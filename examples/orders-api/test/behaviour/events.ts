import { describe, expect, it } from 'vitest';
import type { TestService } from '../service.ts';
import { mailsOf, ORDER, PATIENCE, placed } from './orders.ts';

export function eventsBehave(service: () => TestService): void {
  describe('the event order.placed', () => {
    it('arrives and writes one mail, however often it is delivered', async () => {
      const { acme, admin } = service();
      const id = await placed(acme);
      await expect.poll(() => mailsOf(acme, id), PATIENCE).toEqual(['Your order of EUR 3.00']);
      const handled = async () =>
        (await admin('GET', '/admin/events')).body.thisProcess.groups.mailer.handled;
      const before = await handled();
      expect((await admin('POST', '/admin/events/replay')).status).toBe(202);
      await expect.poll(handled, PATIENCE).toBeGreaterThan(before);
      await expect
        .poll(async () => (await admin('GET', '/admin/events')).body.lag, PATIENCE)
        .toEqual({ mailer: 0 });
      expect(await mailsOf(acme, id)).toEqual(['Your order of EUR 3.00']);
    });

    it('is a dead letter where nobody can get the mail, and can be tried again', async () => {
      const { acme, admin } = service();
      const id = await placed(acme, { ...ORDER, email: 'ada@nowhere.invalid' });
      const letters = async () => (await admin('GET', '/admin/events/dead-letters')).body;
      const astray = await admin('GET', '/admin/events/dead-letters?cursor=x');
      expect([astray.status, astray.body.error.code]).toEqual([400, 'BAD_CURSOR']);
      await expect.poll(async () => (await letters()).total, PATIENCE).toBe(1);
      const [letter] = (await letters()).items;
      expect(letter).toMatchObject({ attempts: 1, failureClass: 'permanent', redrives: 0 });
      const redriven = await admin('POST', `/admin/events/dead-letters/${letter?.id}/redrive`);
      expect([redriven.status, redriven.body]).toEqual([202, { redriven: letter?.id }]);
      await expect.poll(async () => (await letters()).items[0], PATIENCE).toMatchObject({ redrives: 1 });
      expect(await mailsOf(acme, id)).toEqual([]);
      const state = { outbox: { pending: 0, oldestAgeMs: 0 }, deadLetters: 1 };
      expect((await admin('GET', '/admin/events')).body).toMatchObject(state);
    });
  });
}
