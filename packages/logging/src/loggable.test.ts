import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogger } from './create-logger.ts';
import type { LoggerOptions } from './options.ts';

function write(context: object, options: LoggerOptions = {}, message = 'm') {
  const lines: string[] = [];
  createLogger({ destination: { write: (line) => void lines.push(line) }, ...options }).info(
    context,
    message,
  );
  expect(lines).toHaveLength(1);
  const [line = ''] = lines;
  return { line, record: JSON.parse(line) as Record<string, unknown> };
}

/** One line, and nothing in it that a terminal or a log viewer would obey. */
const HARMLESS = /^[^\p{Cc}\u2028\u2029]*\n$/u;

describe('a hostile value', () => {
  it('cannot begin a second line or drive a terminal', () => {
    const text = 'a\r\n{"level":60,"msg":"forged"}\u001b[2J\u009b31m\u007f\u2028\u2029';
    const { line, record } = write({ [text]: text, list: [text] }, {}, text);
    expect(line).toMatch(HARMLESS);
    expect(record['msg']).toBe(text);
    expect(record['list']).toEqual([text]);
  });

  it('is cut when a text is longer than maxTextLength', () => {
    const { record } = write({ text: 'x'.repeat(1_000_000) }, { maxTextLength: 100 });
    expect(record['text']).toBe(`${'x'.repeat(100)}… [999900 more characters]`);
  });

  it('may refer to itself', () => {
    const order: Record<string, unknown> = { id: 1 };
    order['self'] = order;
    order['list'] = [order];
    expect(write({ order }).record['order']).toEqual({ id: 1, self: '[circular]', list: ['[circular]'] });
  });

  it('may be the same object twice without being circular', () => {
    const item = { id: 1 };
    expect(write({ a: item, b: item }).record).toMatchObject({ a: { id: 1 }, b: { id: 1 } });
  });

  it('may have a getter, a toJSON or a proxy that throws', () => {
    const context = {
      get bad() {
        throw new Error('no');
      },
      json: {
        toJSON() {
          throw new Error('no');
        },
      },
      proxy: new Proxy(
        {},
        {
          ownKeys() {
            throw new Error('no');
          },
        },
      ),
      good: 1,
    };
    expect(write(context).record).toMatchObject({
      bad: '[unreadable]',
      json: '[unreadable]',
      proxy: '[unreadable]',
      good: 1,
    });
  });

  it('may be an error whose message and stack throw', () => {
    const error = Object.defineProperty(new Error('x'), 'stack', {
      get() {
        throw new Error('no');
      },
    });
    expect(write(error).record['err']).toMatchObject({ type: 'Error', message: 'x', stack: '[unreadable]' });
  });

  it('may be a cause that leads back to the error', () => {
    const error = new Error('x');
    error.cause = error;
    expect(write(error).record['err']).toMatchObject({ cause: '[circular]' });
  });

  it('is followed only to maxDepth', () => {
    const { record } = write({ a: { b: { c: 1 } } }, { maxDepth: 2 });
    expect(record['a']).toEqual({ b: '[too deep]' });
  });

  it('is cut after maxValues values, wherever they are', () => {
    const { record, line } = write(
      { list: Array.from({ length: 10_000 }, (_, index) => index) },
      { maxValues: 10 },
    );
    expect(record['list']).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, '[9991 more]']);
    expect(line.length).toBeLessThan(300);
    const wide = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, index]));
    expect(write(wide, { maxValues: 10 }).record).toMatchObject({ k9: 9, truncated: true });
  });

  it('cannot change a prototype', () => {
    const { record } = write(
      JSON.parse('{"__proto__": {"polluted": true}, "a": {"__proto__": {"b": 1}}}') as object,
    );
    expect(record['polluted']).toBeUndefined();
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('is made well-formed when it holds half of a surrogate pair', () => {
    expect(write({ text: 'a\ud800b' }).record['text']).toBe('a\ufffdb');
  });

  it('never throws and never breaks a line, whatever it is', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withNullPrototype: true,
      withSparseArray: true,
      withObjectString: true,
    });
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), anything),
        fc.string({ unit: 'binary' }),
        (context, message) => {
          expect(write(context, {}, message).line).toMatch(HARMLESS);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a value that JSON does not know', () => {
  it('is written as what it means', () => {
    const { record } = write({
      big: 2n ** 64n,
      date: new Date(0),
      map: new Map([['a', 1]]),
      set: new Set([1, 2]),
      bytes: Buffer.from('secret bytes'),
      headers: new Headers({ accept: 'text/plain', authorization: 'Bearer abcdef' }),
      url: new URL('https://user:pw@example.org/a?token=abc&b=1'),
      symbol: Symbol('s'),
      list: [() => undefined, Number.NaN],
      promise: Promise.resolve(1),
    });
    expect(record).toMatchObject({
      big: '18446744073709551616',
      date: '1970-01-01T00:00:00.000Z',
      map: { a: 1 },
      set: [1, 2],
      bytes: '[12 bytes]',
      headers: { accept: 'text/plain', authorization: '[redacted]' },
      url: 'https://[redacted]@example.org/a?token=[redacted]&b=1',
      symbol: '[symbol]',
      list: ['[function]', null],
      promise: '[promise]',
    });
  });

  it('leaves out functions and undefined', () => {
    const { record } = write({ fn: () => 1, nothing: undefined });
    expect(record).not.toHaveProperty('fn');
    expect(record).not.toHaveProperty('nothing');
  });

  it('shows a request of node:http by method, path and headers, a response by status and headers', async () => {
    const seen = await oneRequest((req, res) => write({ req, res }).record);
    expect(seen['req']).toMatchObject({ method: 'GET', url: '/a', headers: { cookie: '[redacted]' } });
    expect(seen['res']).toEqual({ statusCode: 200, headers: { 'x-a': '1', 'set-cookie': '[redacted]' } });
  });
});

async function oneRequest(look: (req: IncomingMessage, res: ServerResponse) => Record<string, unknown>) {
  let seen: Record<string, unknown> = {};
  const server = createServer((req, res) => {
    res.setHeader('x-a', '1').setHeader('set-cookie', 'sid=1');
    seen = look(req, res);
    res.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await fetch(`http://127.0.0.1:${port}/a?token=1`, { headers: { cookie: 'sid=1' } });
  await new Promise((resolve) => server.close(resolve));
  return seen;
}
