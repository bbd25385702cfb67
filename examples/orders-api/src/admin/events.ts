import express, { type Router } from 'express';
import { RequestError } from '../errors.ts';
import { MAILER } from '../events/mailer.ts';
import type { OrderBus } from '../events/order-events.ts';
import { pageRequest } from '../orders/cursor.ts';
import { onlyIds } from '../path-id.ts';

/** What became of the events: how far they are, which could not be handled, and a second try for those. */
export function eventRoutes(bus: OrderBus): Router {
  return express
    .Router()
    .param('id', onlyIds(/^[!-~]{1,200}$/, unknownDeadLetter))
    .get('/', async (_req, res) => {
      const { outbox, groups } = await bus.getLag();
      const deadLetters = await (await bus.deadLetters(MAILER)).count();
      res.json({ outbox, lag: groups, deadLetters, thisProcess: bus.getStats() });
    })
    .get('/dead-letters', async (req, res) => {
      const deadLetters = await bus.deadLetters(MAILER);
      const { items, total, nextCursor = null } = await deadLetters.list(pageRequest(req));
      res.json({ items: items.map(({ carrier: _carrier, ...item }) => item), total, nextCursor });
    })
    .post('/dead-letters/:id/redrive', async (req, res) => {
      const deadLetters = await bus.deadLetters(MAILER);
      if ((await deadLetters.get(req.params.id)) === undefined) {
        throw unknownDeadLetter();
      }
      await deadLetters.redrive(req.params.id, { by: 'administrator' });
      res.status(202).json({ redriven: req.params.id });
    })
    .post('/replay', async (_req, res) => {
      res.status(202).json(await bus.replay({ group: MAILER, from: 'start' }));
    });
}

function unknownDeadLetter(): RequestError {
  return new RequestError(404, 'ERR_DEAD_LETTER_NOT_FOUND', 'There is no dead letter of this id.');
}
