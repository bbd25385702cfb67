/** W3C Trace Context level 2 over the wire: what the service receives against what it sends on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { initTracing } from '@holdfast/tracing';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { serve } from './serve.ts';
import { traceContextService } from './trace-context-service/app.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const OTHER_SPAN = '00f067aa0ba902b7';
const TRACEPARENT = `00-${TRACE}-${SPAN}-01`;

type HeaderLines = readonly (readonly [name: string, value: string])[];

/** What one outgoing call of the service looked like to who received it. */
interface Received {
  readonly version: string;
  readonly traceId: string;
  readonly parentId: string;
  readonly flags: number;
  readonly tracestate: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

/** Sends the lines to the service, asks it to call back `calls` times and gives what came back. */
async function callThrough(
  lines: HeaderLines,
  { calls = 1, options = {} as Parameters<typeof traceContextService>[0] } = {},
): Promise<Received[]> {
  const received: Received[] = [];
  const receiver = await serve((req, res) => {
    void describeRequest(req).then((description) => {
      received.push(description);
      res.end();
    });
  });
  const { port } = await serve(traceContextService(options));
  const list = Array.from({ length: calls }, (_, index) => ({ url: receiver.url, arguments: [index] }));
  const status = await post(port, lines, JSON.stringify(list));
  expect(status).toBe(200);
  return received;
}

async function describeRequest(req: IncomingMessage): Promise<Received> {
  const sent = req.headersDistinct;
  expect(sent['traceparent']).toHaveLength(1);
  expect(sent['tracestate'] ?? ['']).toHaveLength(1);
  const header = sent['traceparent']?.[0] ?? '';
  expect(header).toMatch(/^[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/);
  const [version = '', traceId = '', parentId = '', flags = ''] = header.split('-');
  return {
    version,
    traceId,
    parentId,
    flags: Number.parseInt(flags, 16),
    tracestate: sent['tracestate']?.[0],
    headers: req.headers,
    body: await json(req),
  };
}

async function post(port: number, lines: HeaderLines, body: string): Promise<number | undefined> {
  const headers = [
    ['host', `127.0.0.1:${port}`],
    ['content-type', 'application/json'],
    ['content-length', String(Buffer.byteLength(body))],
    ...lines,
  ].flat();
  const sending = request({ host: '127.0.0.1', port, path: '/test', method: 'POST', headers }).end(body);
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

async function callOnce(lines: HeaderLines, options = {}): Promise<Received> {
  const [first] = await callThrough(lines, { options });
  if (first === undefined) throw new Error('The service called nobody.');
  return first;
}

let tracing: ReturnType<typeof initTracing>;
beforeAll(() => {
  tracing = initTracing({ serviceName: 'trace-context-service', exporter: 'none' });
});
afterAll(() => tracing.shutdown());

describe('traceparent', () => {
  it('is made where none came, with a random trace id that says so', async () => {
    const { version, traceId, flags } = await callOnce([]);
    expect(version).toBe('00');
    expect(traceId).not.toBe(TRACE);
    expect(flags & 0b10).toBe(0b10);
  });

  it('is continued: same trace id, another parent id', async () => {
    const { traceId, parentId } = await callOnce([['traceparent', TRACEPARENT]]);
    expect(traceId).toBe(TRACE);
    expect(parentId).not.toBe(SPAN);
  });

  it('is one trace with a parent id of its own for each call', async () => {
    const received = await callThrough([['traceparent', TRACEPARENT]], { calls: 3 });
    expect(received.map(({ traceId }) => traceId)).toEqual([TRACE, TRACE, TRACE]);
    expect(new Set(received.map(({ parentId }) => parentId)).size).toBe(3);
    expect(received.map(({ body }) => body)).toEqual([[0], [1], [2]]);
  });

  it('is one new trace for all calls of a request that came without', async () => {
    const received = await callThrough([['traceparent', 'malformed']], { calls: 3 });
    expect(new Set(received.map(({ traceId }) => traceId)).size).toBe(1);
    expect(new Set(received.map(({ parentId }) => parentId)).size).toBe(3);
  });

  it('is found whatever the case of its name and the blanks around its value', async () => {
    for (const name of ['traceparent', 'TraceParent', 'TRACEPARENT', 'tRaCePaReNt']) {
      expect((await callOnce([[name, `  ${TRACEPARENT}\t `]])).traceId).toBe(TRACE);
    }
  });

  it('is not what has a similar name', async () => {
    for (const name of ['trace-parent', 'trace.parent', 'traceparents']) {
      expect((await callOnce([[name, TRACEPARENT]])).traceId).not.toBe(TRACE);
    }
  });

  it.each([
    ['00-…-00', 0b00],
    ['00-…-01', 0b01],
    ['00-…-02', 0b10],
    ['00-…-03', 0b11],
    ['00-…-ff', 0b11],
    ['00-…-fc', 0b00],
    ['cc-…-01', 0b01],
    ['cc-…-01-what-the-future-will-be-like', 0b01],
    ['cc-…-01-', 0b01],
    ['fe-…-ff', 0b11],
  ])(
    '%s goes on as version 00; the random flag stays as it was, unknown ones are cleared',
    async (form, flags) => {
      const received = await callOnce([['traceparent', form.replace('…', `${TRACE}-${SPAN}`)]]);
      expect(received).toMatchObject({ version: '00', traceId: TRACE });
      expect(received.flags & 0b10).toBe(flags & 0b10);
      expect(received.flags & ~0b11).toBe(0);
    },
  );

  it.each([
    ['the forbidden version', `ff-${TRACE}-${SPAN}-01`],
    ['more than version 00 has', `00-${TRACE}-${SPAN}-01-more`],
    ['a dash behind version 00', `00-${TRACE}-${SPAN}-01-`],
    ['a future version that goes on without a dash', `cc-${TRACE}-${SPAN}-01.more`],
    ['a version of one digit', `0-${TRACE}-${SPAN}-01`],
    ['a version of three digits', `000-${TRACE}-${SPAN}-01`],
    ['a version that is not hex', `.0-${TRACE}-${SPAN}-01`],
    ['upper case', TRACEPARENT.toUpperCase()],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a trace id that is too long', `00-${TRACE}0-${SPAN}-01`],
    ['a trace id that is too short', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['a trace id that is not hex', `00-.${TRACE.slice(1)}-${SPAN}-01`],
    ['a parent id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['a parent id that is too long', `00-${TRACE}-${SPAN}0-01`],
    ['a parent id that is too short', `00-${TRACE}-${SPAN.slice(1)}-01`],
    ['a parent id that is not hex', `00-${TRACE}-.${SPAN.slice(1)}-01`],
    ['flags of one digit', `00-${TRACE}-${SPAN}-1`],
    ['flags of three digits', `00-${TRACE}-${SPAN}-001`],
    ['flags that are not hex', `00-${TRACE}-${SPAN}-.1`],
    ['two values in one', `${TRACEPARENT},${TRACEPARENT}`],
  ])('with %s begins a new trace, without its tracestate', async (_what, traceparent) => {
    const { traceId, tracestate } = await callOnce([
      ['traceparent', traceparent],
      ['tracestate', 'foo=1'],
    ]);
    expect(traceId).not.toBe(TRACE);
    expect(tracestate).toBeUndefined();
  });

  it('that comes twice begins a new trace', async () => {
    const { traceId } = await callOnce([
      ['traceparent', TRACEPARENT],
      ['traceparent', `00-${TRACE}-${OTHER_SPAN}-01`],
    ]);
    expect(traceId).not.toBe(TRACE);
  });
});

describe('tracestate', () => {
  const sentOn = async (...values: string[]) => {
    const lines = values.map((value): [string, string] => ['tracestate', value]);
    const { traceId, tracestate } = await callOnce([['traceparent', TRACEPARENT], ...lines]);
    expect(traceId).toBe(TRACE);
    return tracestate;
  };
  const members = (count: number) => Array.from({ length: count }, (_, index) => `k${index}=v`).join(',');

  it('is dropped without a traceparent', async () => {
    expect((await callOnce([['tracestate', 'foo=1']])).tracestate).toBeUndefined();
  });

  it('goes on as it came', async () => {
    expect(await sentOn('foo=1,bar=2')).toBe('foo=1,bar=2');
  });

  it('is found whatever the case of its name, and not under a similar one', async () => {
    const named = async (name: string) =>
      (
        await callOnce([
          ['traceparent', TRACEPARENT],
          [name, 'foo=1'],
        ])
      ).tracestate;
    expect(await named('TraceState')).toBe('foo=1');
    expect(await named('TRACESTATE')).toBe('foo=1');
    expect(await named('trace-state')).toBeUndefined();
  });

  it('that comes in several headers is one list in their order', async () => {
    expect(await sentOn('foo=1', '', 'bar=2,rojo=3', 'congo=4')).toBe('foo=1,bar=2,rojo=3,congo=4');
  });

  it('loses its empty members and the blanks around the others', async () => {
    expect(await sentOn('foo=1 \t , \t bar=2, \t ,rojo=3')).toBe('foo=1,bar=2,rojo=3');
    expect(await sentOn('')).toBeUndefined();
  });

  it('keeps one of two members of one key', async () => {
    expect(await sentOn('foo=1,foo=1')).toBe('foo=1');
    expect(await sentOn('foo=2', 'bar=1,foo=1')).toBe('foo=2,bar=1');
  });

  it('takes a key of up to 256 characters, @ anywhere but at its start', async () => {
    for (const key of ['z'.repeat(256), '0z', 'a@', 'a@@b', 'a@b@c', `${'t'.repeat(242)}@v`, 'a_-*/9']) {
      expect(await sentOn('foo=1', `${key}=1`)).toBe(`foo=1,${key}=1`);
    }
  });

  it.each(['@a=1', `${'z'.repeat(257)}=1`, 'FOO=1', 'a b=1', 'a.b=1', 'a =1', '=1', 'foo'])(
    'is dropped whole for the member %s',
    async (member) => {
      expect(await sentOn(`bar=2,${member}`)).toBeUndefined();
    },
  );

  it('takes any printable value of up to 256 characters', async () => {
    const printable = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index))
      .join('')
      .replaceAll(/[,=]/g, '');
    expect(await sentOn(`foo=${printable}`)).toBe(`foo=${printable}`);
    expect(await sentOn(`foo=${'v'.repeat(256)}`)).toBe(`foo=${'v'.repeat(256)}`);
  });

  it.each(['foo=', 'foo=a=b', `foo=${'v'.repeat(257)}`, 'foo=a\tb', 'foo=\u00e9'])(
    'is dropped whole for the value in %j',
    async (member) => {
      expect(await sentOn(`${member},bar=2`)).toBeUndefined();
    },
  );

  it('takes 32 members and is dropped whole with 33', async () => {
    expect(await sentOn(members(20), members(32).split(',').slice(20).join(','))).toBe(members(32));
    expect(await sentOn(`${members(32)},last=1`)).toBeUndefined();
  });
});

describe('what a host may learn', () => {
  const lines: HeaderLines = [
    ['traceparent', TRACEPARENT],
    ['x-request-id', 'req-1'],
    ['x-correlation-id', 'corr-1'],
    ['x-tenant-id', 'acme'],
    ['x-user-id', 'u-1'],
    ['x-request-timeout-ms', '60000'],
    ['baggage', 'tier=gold;p=1'],
    ['baggage', 'city=Z%C3%BCrich'],
  ];
  const OWN = [
    'baggage',
    'x-correlation-id',
    'x-request-id',
    'x-request-timeout-ms',
    'x-span-id',
    'x-tenant-id',
    'x-trace-id',
  ];
  const known = (received: Received) =>
    Object.keys(received.headers)
      .filter((name) => name.startsWith('x-') || name === 'baggage')
      .sort();

  it('is the trace and nothing else where it is not on the allow-list', async () => {
    expect(known(await callOnce(lines, { trusted: true }))).toEqual([]);
    expect(known(await callOnce(lines, { trusted: true, trustedHosts: ['localhost'] }))).toEqual([]);
  });

  it('is ids, tenant, baggage and what is left of the deadline where it is on the allow-list', async () => {
    const received = await callOnce(lines, { trusted: true, trustedHosts: ['127.0.0.1'] });
    expect(known(received)).toEqual(OWN);
    expect(received.headers).toMatchObject({
      'x-request-id': 'req-1',
      'x-correlation-id': 'corr-1',
      'x-tenant-id': 'acme',
      'x-trace-id': TRACE,
      'x-span-id': received.parentId,
      baggage: 'tier=gold;p=1,city=Z%C3%BCrich',
    });
    const leftMs = Number(received.headers['x-request-timeout-ms']);
    expect(leftMs).toBeLessThanOrEqual(60_000);
    expect(leftMs).toBeGreaterThan(0);
  });

  it('holds nothing that a stranger said of tenant, baggage or deadline', async () => {
    const received = await callOnce(lines, { trustedHosts: ['127.0.0.1'] });
    expect(known(received)).toEqual(['x-correlation-id', 'x-request-id', 'x-span-id', 'x-trace-id']);
  });
});

describe('the service', () => {
  it.each([
    '{}',
    '[1]',
    '[null]',
    '[{"url":"no url","arguments":[]}]',
    '[{"url":"http://127.0.0.1/"}]',
    '[',
    '',
  ])('answers 400 to the body %j', async (body) => {
    const { port } = await serve(traceContextService());
    expect(await post(port, [], body)).toBe(400);
  });

  it('is started by a command on a given port, and ends with SIGTERM', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const address = probe.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((resolve) => probe.close(resolve));
    const main = new URL('./trace-context-service/main.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, ['--conditions=@holdfast/source', main, String(port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    expect(line).toBe(`POST http://127.0.0.1:${port}/test\n`);
    expect(await post(port, [], '[]')).toBe(200);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
