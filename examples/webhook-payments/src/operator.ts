import type { DeadLetter, WebhookEvent, WebhookQueue } from '@holdfast/queue';
import express, { type Request, type Router } from 'express';
import { OperatorRequestError } from './errors.ts';
import { requireKey } from './operator-key.ts';

export interface OperatorParts {
  queue: WebhookQueue;
  /** What operators send as `X-API-Key`. */
  key: string;
}

const LARGEST_PAGE = 1000;

/** What an operator needs in a bad hour: how things stand, the dead letters, and a way to run them again. */
export function operatorRoutes({ queue, key }: OperatorParts): Router {
  const { deadLetters } = queue;
  return express
    .Router()
    .use(requireKey(key))
    .get('/status', async (_req, res) => {
      const { counts, oldestJobAgeMs } = await queue.getMetrics();
      const waiting = counts.waiting + counts.prioritized + counts.delayed;
      res.json({ active: counts.active, waiting, deadLetters: counts.failed, oldestJobAgeMs });
    })
    .get('/dead-letters', async (req, res) => {
      const limit = wholeNumber(req, 'limit', 50, 1, LARGEST_PAGE);
      const cursor = req.query['cursor'];
      const page = await deadLetters.list({ limit, ...(cursor !== undefined && { cursor: textOf(cursor) }) });
      res.json({ items: page.items, total: page.total, nextCursor: page.nextCursor ?? null });
    })
    .get('/dead-letters/:id', async (req, res) => {
      const letter = await deadLetters.get(req.params.id);
      if (letter === undefined) throw unknownDeadLetter();
      res.json(shown(letter));
    })
    .post('/dead-letters/:id/redrive', async (req, res) => {
      if ((await deadLetters.get(req.params.id)) === undefined) throw unknownDeadLetter();
      await deadLetters.redrive(req.params.id, { by: 'operator' });
      res.status(202).json({ redriven: req.params.id });
    });
}

/** Everything but the payload: it is about customers, and whoever may see it can look into the queue. */
function shown(letter: DeadLetter<WebhookEvent>): object {
  const { data, reason, history, carrier, ...rest } = letter;
  const { payload: _payload, ...event } = data;
  const traceId = carrier.traceparent?.split('-')[1];
  return { ...rest, ...event, error: reason, traceId, history };
}

/** A parameter that is given twice is no cursor. */
function textOf(parameter: unknown): string {
  return typeof parameter === 'string' ? parameter : '';
}

function wholeNumber(req: Request, name: string, fallback: number, min: number, max: number): number {
  const value = req.query[name];
  if (value === undefined) return fallback;
  const number = Number(value);
  if (typeof value === 'string' && Number.isInteger(number) && number >= min && number <= max) return number;
  throw new OperatorRequestError(
    400,
    'ERR_BAD_QUERY',
    `${name} must be a whole number from ${min} to ${max}.`,
  );
}

function unknownDeadLetter(): OperatorRequestError {
  return new OperatorRequestError(404, 'ERR_DEAD_LETTER_NOT_FOUND', 'There is no dead letter of this id.');
}
