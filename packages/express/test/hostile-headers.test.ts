/** Every inbound header against a whole service over the wire: ten thousand hostile requests. */
import { validateHeaderValue } from 'node:http';
import { getTraceHeaders } from '@holdfast/context';
import { correlationMiddleware } from '@holdfast/express/correlation';
import { errorHandler } from '@holdfast/express/error-handler';
import { requestLogger } from '@holdfast/express/request-logger';
import { tracingMiddleware } from '@holdfast/express/tracing';
import { createLogger } from '@holdfast/logging';
import { initTracing } from '@holdfast/tracing';
import express from 'express';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendRaw, serve } from './serve.ts';

const NAMES = [
  'traceparent',
  'tracestate',
  'baggage',
  'x-request-id',
  'x-correlation-id',
  'x-trace-id',
  'x-span-id',
  'x-tenant-id',
  'x-user-id',
  'x-request-timeout-ms',
  'user-agent',
  'host',
  'accept',
  'accept-encoding',
  'cookie',
  'authorization',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'if-none-match',
  'range',
  '__proto__',
  'constructor',
];

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** What attackers and broken clients send. Bytes 0x80 to 0xff reach the application as they are. */
const CORPUS = [
  '',
  ' ',
  '\t',
  ',',
  ',,,',
  '=',
  ';',
  '%',
  '%0d%0aSet-Cookie: a=b',
  '\\r\\nSet-Cookie: a=b',
  '\\u000aInjected: yes',
  '\u00c2\u0085',
  '\u00e2\u0080\u00a8',
  '\u0085',
  '\u00ff\u00fe',
  '\u009b31m',
  '"}',
  '"},{"level":60,"msg":"injected"}',
  '\\',
  '\\"',
  '$\u007bjndi:ldap://example.invalid/a}',
  "' OR 1=1 --",
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  'null',
  'undefined',
  'NaN',
  '-1',
  '0',
  '1e9',
  '0x10',
  '9007199254740993',
  '999999999',
  '9999999999',
  '[::1]:99999',
  ':0',
  'localhost:',
  'gzip;q=NaN, *;q=-1',
  'bytes=0-18446744073709551615',
  'for="[::1]";proto=https;host="\\"',
  '=?utf-8?B?AAAA?=',
  TRACEPARENT,
  `${TRACEPARENT},${TRACEPARENT}`,
  TRACEPARENT.replace('00-', 'ff-'),
  `${TRACEPARENT.replace('00-', 'cc-')}-more`,
  `00-${'0'.repeat(32)}-${'0'.repeat(16)}-00`,
  TRACEPARENT.toUpperCase(),
  'k=v,'.repeat(100),
  `a=${'v'.repeat(300)}`,
  'a=1;'.repeat(500),
  `a=1${' '.repeat(3000)}b`,
  'a'.repeat(128),
  'a'.repeat(129),
  'x'.repeat(3000),
  '%'.repeat(3000),
  '('.repeat(2000),
];

interface Case {
  readonly lines: readonly (readonly [name: string, value: string])[];
  readonly path: string;
}

const byte = fc.oneof(
  fc.integer({ min: 0x20, max: 0x7e }),
  fc.integer({ min: 0x80, max: 0xff }),
  fc.constant(0x09),
);
const noise = fc
  .array(byte, { maxLength: 40 })
  .map((codes) => codes.map((code) => String.fromCharCode(code)).join(''));
const corpus = fc.constantFrom(...CORPUS);
const value = fc.oneof(
  corpus,
  noise,
  fc.tuple(corpus, noise).map((parts) => parts.join('')),
);
const name = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(...'aZ0-_.!~'.split('')), minLength: 1 }) },
);
const path = fc.oneof(
  fc.constant('/'),
  fc.constantFrom('/%', '/%00', '/%0a%0d', '/%E2%80%A8', '//evil.example/', '/a?token=secret'),
);
const request = fc.record({ lines: fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 4 }), path });

const BATCH = 50;
const BATCHES = 200;
const ID = /^[A-Za-z0-9._:-]{1,128}$/;

function service(trusted: boolean, lines: string[]) {
  const logger = createLogger({ destination: { write: (line) => lines.push(line) }, level: 'info' });
  const app = express();
  app.set('trust proxy', trusted);
  app.use(correlationMiddleware({ trusted }), tracingMiddleware(), requestLogger({ logger }));
  app.use((req, res) => {
    logger.info({ headers: req.headers, ip: req.ip, host: req.hostname }, `asked for ${req.url}`);
    const sentOn = getTraceHeaders({ host: 'api.internal', trustedHosts: ['api.internal'] });
    // By `json()`, `If-None-Match: *` would be answered with 304, as it should.
    res.type('json').end(JSON.stringify({ sentOn }));
  });
  app.use(errorHandler({ logger }));
  return app;
}

/** All requests on one connection; the last one closes it. */
function wireText(batch: readonly Case[]): Buffer {
  const texts = batch.map(({ lines, path: target }, index) => {
    const own = lines.some(([header]) => header === 'host') ? [] : [['host', 'a.example'] as const];
    const last = index === batch.length - 1 ? [['connection', 'close'] as const] : [];
    const all = [...own, ...lines, ...last].map(([header, text]) => `${header}: ${text}\r\n`);
    return `GET ${target} HTTP/1.1\r\n${all.join('')}\r\n`;
  });
  return Buffer.from(texts.join(''), 'latin1');
}

function checkAnswer(head: string, body: string): void {
  expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(head).toMatch(/^X-Request-ID: [A-Za-z0-9._:-]{1,128}\r$/m);
  expect(head).toMatch(/^X-Correlation-ID: [A-Za-z0-9._:-]{1,128}\r$/m);
  const names = head
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(':')[0]?.toLowerCase());
  expect(new Set(names).size).toBe(names.length);
  for (const injected of ['set-cookie', 'injected']) expect(names).not.toContain(injected);
  const { sentOn } = JSON.parse(body) as { sentOn: Record<string, string> };
  for (const [header, text] of Object.entries(sentOn)) validateHeaderValue(header, text);
  expect(sentOn['traceparent']).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[0-3]$/);
  expect(sentOn['x-request-id']).toMatch(ID);
  expect(sentOn['x-correlation-id']).toMatch(ID);
  expect(sentOn['x-tenant-id'] ?? 'none').toMatch(ID);
  expect(sentOn['baggage'] ?? '').toMatch(/^[\x21\x23-\x5b\x5d-\x7e]{0,8192}$/);
  expect(sentOn['x-request-timeout-ms'] ?? '0').toMatch(/^\d{1,9}$/);
}

function checkLines(lines: readonly string[]): void {
  for (const line of lines) {
    // One line, and nothing in it that a terminal or a log viewer would obey.
    expect(line).toMatch(/^\{[^\p{Cc}\u2028\u2029]*\}\n$/u);
    const record = JSON.parse(line) as Record<string, unknown>;
    expect(record['level']).toBe(30);
    expect(record['requestId']).toMatch(ID);
    expect(record['traceId']).toMatch(/^[0-9a-f]{32}$/);
    expect(record['msg']).toMatch(/^(asked for \/|request completed$)/);
  }
}

let tracing: ReturnType<typeof initTracing>;
beforeAll(() => {
  tracing = initTracing({ serviceName: 'hostile', exporter: 'none' });
});
afterAll(() => tracing.shutdown());

describe('ten thousand requests with hostile headers', () => {
  it.each([
    ['from strangers', false],
    ['from senders that are trusted', true],
  ])(
    '%s: no 5xx, no id of the wrong shape, no header and no log line injected',
    async (_who, trusted) => {
      const lines: string[] = [];
      const { port } = await serve(service(trusted, lines));
      const batch = fc.array(request, { minLength: BATCH, maxLength: BATCH });
      await fc.assert(
        fc.asyncProperty(batch, async (cases) => {
          lines.length = 0;
          const answer = await sendRaw(port, wireText(cases));
          const answers = answer.split(/(?=HTTP\/1\.1 )/);
          expect(answers).toHaveLength(BATCH);
          for (const text of answers) {
            const end = text.indexOf('\r\n\r\n');
            checkAnswer(text.slice(0, end + 2), text.slice(end + 4));
          }
          expect(lines).toHaveLength(2 * BATCH);
          checkLines(lines);
        }),
        { numRuns: BATCHES / 2 },
      );
    },
    60_000,
  );
});
