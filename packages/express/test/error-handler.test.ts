import { correlationMiddleware } from '@holdfast/express/correlation';
import { errorHandler, notFoundHandler } from '@holdfast/express/error-handler';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { sendRaw, serve } from './serve.ts';

function throwing(error: unknown, options: Parameters<typeof errorHandler>[0] = {}) {
  const app = express();
  app.use(correlationMiddleware());
  app.post('/', express.json({ limit: 100 }), (_req, res) => void res.send('ok'));
  app.get('/', () => {
    throw error;
  });
  app.use(notFoundHandler());
  app.use(errorHandler(options));
  return app;
}

async function answerTo(error: unknown, headers: Record<string, string> = {}) {
  const { url } = await serve(throwing(error));
  const response = await fetch(url, { headers: { 'x-request-id': 'req-1', ...headers } });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) as unknown };
}

const withFields = (message: string, fields: object) => Object.assign(new Error(message), fields);

describe('errorHandler', () => {
  it('answers { error: { code, message, requestId } }', async () => {
    const { status, headers, body } = await answerTo(
      withFields('No such order.', { status: 404, code: 'ERR_ORDER_UNKNOWN' }),
    );
    expect(status).toBe(404);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(body).toEqual({ error: { code: 'ORDER_UNKNOWN', message: 'No such order.', requestId: 'req-1' } });
  });

  it('answers problem details to whoever prefers them', async () => {
    const error = withFields('No such order.', { status: 404, code: 'ERR_ORDER_UNKNOWN' });
    const { headers, body } = await answerTo(error, { accept: 'application/problem+json' });
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'No such order.',
      code: 'ORDER_UNKNOWN',
      requestId: 'req-1',
    });
  });

  it.each(['*/*', 'text/html', 'application/json, application/problem+json;q=0.5'])(
    'answers JSON to Accept: %s',
    async (accept) => {
      const { headers } = await answerTo(withFields('x', { status: 400 }), { accept });
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    },
  );

  it.each<[string, object, number, string, string | null]>([
    ['an open circuit', { code: 'ERR_CIRCUIT_OPEN', retryAfterMs: 1500 }, 503, 'CIRCUIT_OPEN', '2'],
    ['a full bulkhead', { code: 'ERR_BULKHEAD_REJECTED' }, 503, 'BULKHEAD_REJECTED', null],
    ['a call that took too long', { code: 'ERR_CALL_TIMEOUT' }, 504, 'CALL_TIMEOUT', null],
    ['a deadline that has passed', { code: 'ERR_DEADLINE_EXCEEDED' }, 504, 'DEADLINE_EXCEEDED', null],
    ['a call for which no time was left', { code: 'ERR_NO_TIME_LEFT' }, 504, 'NO_TIME_LEFT', null],
    ['a filter that is none', { code: 'ERR_SOFT_DELETE_FILTER' }, 400, 'SOFT_DELETE_FILTER', null],
    ['a filter of the audit log', { code: 'ERR_AUDIT_FILTER' }, 400, 'AUDIT_FILTER', null],
    ['a row that is deleted', { code: 'ERR_SOFT_DELETE_NOT_FOUND' }, 404, 'SOFT_DELETE_NOT_FOUND', null],
    [
      'a delete that is restricted',
      { code: 'ERR_SOFT_DELETE_RESTRICTED' },
      409,
      'SOFT_DELETE_RESTRICTED',
      null,
    ],
    [
      'a queue that is down',
      { code: 'ERR_QUEUE_UNAVAILABLE', retryAfterMs: 1 },
      503,
      'QUEUE_UNAVAILABLE',
      '1',
    ],
    [
      'an event whose direct processing is not done',
      { code: 'ERR_QUEUE_DIRECT_UNFINISHED' },
      503,
      'QUEUE_DIRECT_UNFINISHED',
      null,
    ],
    [
      'a dead letter that is gone',
      { code: 'ERR_QUEUE_DEAD_LETTER_NOT_FOUND' },
      404,
      'QUEUE_DEAD_LETTER_NOT_FOUND',
      null,
    ],
    [
      'a dead letter in other hands',
      { code: 'ERR_QUEUE_DEAD_LETTER_BUSY', retryAfterMs: 10 },
      409,
      'QUEUE_DEAD_LETTER_BUSY',
      '1',
    ],
    [
      'an endpoint that is not there',
      { code: 'ERR_WEBHOOK_ENDPOINT_NOT_FOUND' },
      404,
      'WEBHOOK_ENDPOINT_NOT_FOUND',
      null,
    ],
    [
      'an endpoint that is there already',
      { code: 'ERR_WEBHOOK_ENDPOINT_EXISTS' },
      409,
      'WEBHOOK_ENDPOINT_EXISTS',
      null,
    ],
    [
      'an endpoint whose URL is refused',
      { code: 'ERR_WEBHOOK_URL_REFUSED' },
      400,
      'WEBHOOK_URL_REFUSED',
      null,
    ],
    [
      'a delivery that is not there',
      { code: 'ERR_WEBHOOK_DELIVERY_NOT_FOUND' },
      404,
      'WEBHOOK_DELIVERY_NOT_FOUND',
      null,
    ],
    ['a cursor that no page gave', { code: 'ERR_AUDIT_OPTION', option: 'cursor' }, 400, 'BAD_CURSOR', null],
    ['another option of ours', { code: 'ERR_AUDIT_OPTION', option: 'limit' }, 500, 'INTERNAL_ERROR', null],
    ['a wrong signature', { code: 'ERR_SIGNATURE_MISMATCH' }, 401, 'SIGNATURE_MISMATCH', null],
    ['an unknown code', { code: 'ECONNREFUSED' }, 500, 'INTERNAL_ERROR', null],
    ['a code that is also a name of Object', { code: 'constructor' }, 500, 'INTERNAL_ERROR', null],
    ['a status that is none', { status: 99 }, 500, 'INTERNAL_ERROR', null],
    ['a status of its own', { statusCode: 409 }, 409, 'CONFLICT', null],
  ])('maps %s', async (_name, fields, status, code, retryAfter) => {
    const answer = await answerTo(withFields('m', fields));
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error: { code } });
    expect(answer.headers.get('retry-after')).toBe(retryAfter);
  });

  it.each([
    ['an error', new Error('password=hunter2 at 10.0.0.1')],
    ['an error with a 5xx of its own', withFields('password=hunter2', { status: 502, code: 'SECRET_HOST' })],
    ['a text', 'password=hunter2'],
    [
      'an object that throws when read',
      Object.defineProperty({}, 'status', {
        get: () => {
          throw new Error('hunter2');
        },
      }),
    ],
    ['a rejected nothing', undefined],
  ])('says nothing of %s but that it is our fault', async (_name, error) => {
    const { status, text } = await answerTo(error ?? new Error('x'));
    expect(status).toBeGreaterThanOrEqual(500);
    expect(text).not.toMatch(/hunter2|10\.0\.0\.1|SECRET_HOST|at .*\.ts/);
  });

  it('shows the message of a 5xx that says it may be shown, and hides one of a 4xx that says it may not', async () => {
    const shown = await answerTo(withFields('Closed until 8.', { status: 503, expose: true }));
    expect(shown.body).toMatchObject({ error: { message: 'Closed until 8.' } });
    const hidden = await answerTo(withFields('table users', { status: 403, expose: false }));
    expect(hidden.body).toMatchObject({ error: { code: 'FORBIDDEN', message: 'Forbidden.' } });
  });

  it.each([
    ['a soft delete, which names tables', 'ERR_SOFT_DELETE_NOT_FOUND'],
    ['a dead letter, which names queues', 'ERR_QUEUE_DEAD_LETTER_NOT_FOUND'],
  ])('hides the message of %s', async (_name, code) => {
    const answer = await answerTo(withFields('There is none in "users".', { code }));
    expect(answer.body).toMatchObject({ error: { message: 'Not Found.' } });
  });

  it('answers 400 to malformed JSON without quoting it, and 413 to a body over the limit of the parser', async () => {
    const { url } = await serve(throwing(undefined));
    const post = (body: string) =>
      fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    const malformed = await post('{"card": 4111');
    expect(malformed.status).toBe(400);
    expect(await malformed.text()).not.toContain('4111');
    const tooLarge = await post(JSON.stringify('x'.repeat(200)));
    expect(tooLarge.status).toBe(413);
    expect(await tooLarge.json()).toMatchObject({ error: { code: 'PAYLOAD_TOO_LARGE' } });
  });

  it('takes back what was set for the body that failed, and forbids caches to keep the error', async () => {
    const app = express();
    app.get('/', (_req, res) => {
      res.set({ 'Content-Encoding': 'gzip', ETag: '"1"', 'Cache-Control': 'public, max-age=3600' });
      throw new Error('x');
    });
    app.use(errorHandler());
    const { url } = await serve(app);
    const { headers } = await fetch(url);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-encoding')).toBeNull();
    expect(headers.get('etag')).not.toBe('"1"');
  });

  it('breaks the connection when the headers are out, so that half an answer is not taken for a whole', async () => {
    const app = express();
    app.get('/', (_req, res, next) => {
      res.write('half');
      next(new Error('x'));
    });
    app.use(errorHandler());
    const { port } = await serve(app);
    const answer = await sendRaw(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(answer).toContain('half');
    expect(answer).not.toContain('0\r\n\r\n');
  });

  it('tells the logger of a 5xx, not of a 4xx', async () => {
    const seen: unknown[] = [];
    const logger = { error: (context: object, message: string) => void seen.push({ ...context, message }) };
    for (const error of [withFields('x', { status: 400 }), new Error('boom')]) {
      const { url } = await serve(throwing(error, { logger }));
      await fetch(url);
    }
    expect(seen).toEqual([{ err: new Error('boom'), message: 'request failed' }]);
  });

  it('answers HEAD without a body', async () => {
    const { url } = await serve(throwing(new Error('x')));
    const response = await fetch(url, { method: 'HEAD' });
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('');
  });
});

describe('notFoundHandler', () => {
  it('answers 404 and does not repeat the URL', async () => {
    const { url } = await serve(throwing(undefined));
    const response = await fetch(`${url}/<script>`, { headers: { 'x-request-id': 'req-1' } });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: { code: 'NOT_FOUND', message: 'There is nothing here.', requestId: 'req-1' },
    });
  });
});
