import { createTraceContext, runWithTrace, type TraceContext } from '@holdfast/context';
import { setActiveSpanSource } from '@holdfast/context/storage';
import { ManualClock } from '@holdfast/context/testing';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createLogger } from './create-logger.ts';
import type { Logger } from './logger.ts';
import type { LoggerOptions } from './options.ts';
import { createRequestLog, loggerWriter, type RequestLogFields } from './request-log.ts';

const REQUEST: RequestLogFields = {
  method: 'POST',
  path: '/orders/7/items',
  route: '/orders/:id/items',
  statusCode: 201,
  durationMs: 12.3456,
  responseBytes: 512,
  remoteAddress: '127.0.0.1',
  userAgent: 'curl/8.7',
};

function bothWays(options: LoggerOptions = {}, prepare: (logger: Logger) => Logger = (logger) => logger) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const base = { serviceName: 'orders', destination, clock: new ManualClock(), ...options };
  const logger = prepare(createLogger(base));
  const composed = createRequestLog(logger);
  const reference = loggerWriter(logger);
  return (fields: RequestLogFields, context?: TraceContext) => {
    lines.length = 0;
    composed(fields, context);
    reference(fields, context);
    return lines;
  };
}

describe('createRequestLog', () => {
  it('writes the fields of a request in a fixed order with the ids of its context', () => {
    const context = createTraceContext({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      requestId: 'r1',
      tenantId: 'acme',
    });
    const [line = ''] = bothWays()(REQUEST, context);
    expect(line.slice(line.indexOf('"service"'))).toBe(
      '"service":"orders","traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","requestId":"r1",' +
        '"correlationId":"r1","tenantId":"acme","method":"POST","path":"/orders/7/items","route":"/orders/:id/items",' +
        '"statusCode":201,"durationMs":12.346,"responseBytes":512,"remoteAddress":"127.0.0.1","userAgent":"curl/8.7",' +
        '"msg":"request completed"}\n',
    );
  });

  it.each([
    [200, false, 30, 'request completed'],
    [404, false, 30, 'request completed'],
    [200, true, 40, 'request aborted'],
    [500, false, 50, 'request completed'],
    [503, true, 50, 'request aborted'],
  ])('writes status %i, aborted %s at level %i', (statusCode, aborted, level, msg) => {
    const [line = ''] = bothWays()({ ...REQUEST, statusCode, aborted });
    expect(JSON.parse(line)).toMatchObject({ level, msg });
  });

  it('writes the ids of the span that an SDK of the application has made active, as the logger does', () => {
    const spanContext = {
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
      traceFlags: 1,
    };
    setActiveSpanSource(() => ({ spanContext: () => spanContext }));
    try {
      const [line = '', reference] = bothWays()(REQUEST, createTraceContext());
      expect(line).toContain('"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7"');
      expect(line).toBe(reference);
    } finally {
      setActiveSpanSource(undefined);
    }
  });

  it('writes nothing below the level of the logger', () => {
    expect(bothWays({ level: 'warn' })(REQUEST)).toEqual([]);
    expect(bothWays({ level: 'warn' })({ ...REQUEST, statusCode: 500 })).toHaveLength(2);
  });

  it('follows the level when it changes', () => {
    const lines: string[] = [];
    const logger = createLogger({ destination: { write: (line) => void lines.push(line) }, level: 'silent' });
    const write = createRequestLog(logger);
    write(REQUEST);
    logger.level = 'info';
    write(REQUEST);
    expect(lines).toHaveLength(1);
  });

  it.each<[string, LoggerOptions, ((logger: Logger) => Logger)?]>([
    ['plain options', {}],
    ['a module', { module: 'http' }],
    ['no ids', { includeTrace: false }],
    ['no redaction', { redact: false }],
    ['a field name redacted', { redact: ['userAgent', 'tenant-id'] }],
    ['short texts', { maxTextLength: 100 }],
    ['readable output', { format: 'pretty' }],
    ['a child', {}, (logger) => logger.child({ component: 'http', n: [1, { a: 'x' }] })],
    ['a child that fixes an id', {}, (logger) => logger.child({ requestId: 'fixed' })],
    ['a child that fixes a field', {}, (logger) => logger.child({ method: 'fixed' })],
    [
      'a child with braces and the sample in it',
      {},
      (logger) => logger.child({ x: '"},"msg":"sample"}\n 1234567890123' }),
    ],
  ])('writes what the logger would write, byte for byte, with %s', (_name, options, prepare) => {
    const write = bothWays(options, prepare);
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        'a\nb',
        '\u001b[2J',
        '"}\\',
        '\u2028\u009b',
        '\ud800',
        '/x?token=abc&a=1',
        'Bearer abcdefgh',
        'a'.repeat(9000),
      ),
    );
    const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
    const fields = fc.record({
      method: text,
      path: text,
      route: optional(text),
      statusCode: fc.integer({ min: 100, max: 599 }),
      durationMs: fc.oneof(fc.double(), fc.constantFrom(0, -0, 0.0005)),
      responseBytes: optional(fc.nat()),
      remoteAddress: optional(text),
      userAgent: optional(text),
      aborted: optional(fc.boolean()),
    });
    const ids = optional(
      fc.record({
        requestId: optional(text),
        correlationId: optional(text),
        tenantId: optional(text),
        userId: optional(text),
      }),
    );
    fc.assert(
      fc.property(fields, ids, fc.boolean(), (request, init, isCurrent) => {
        const context = init === undefined ? undefined : createTraceContext(init);
        const [composed, reference, more] =
          isCurrent && context !== undefined
            ? runWithTrace(context, () => write(request))
            : write(request, context);
        expect(composed).toBe(reference);
        expect(composed).toMatch(/^.+\n/s);
        expect(more).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });

  it('takes its own way where it may, and the way of the logger where a field is redacted', () => {
    const destination = { write: () => undefined };
    const plain = createLogger({ destination });
    const redacting = createLogger({ destination, redact: ['userAgent'] });
    const info = [vi.spyOn(plain, 'info'), vi.spyOn(redacting, 'info')];
    createRequestLog(plain)(REQUEST);
    createRequestLog(redacting)(REQUEST);
    expect(info.map((spy) => spy.mock.calls.length)).toEqual([0, 1]);
  });

  it('falls back to a logger of another make', () => {
    const seen: unknown[] = [];
    const foreign = { info: (...args: unknown[]) => void seen.push(args) } as unknown as Logger;
    createRequestLog(foreign)(REQUEST);
    expect(seen).toEqual([[{ ...REQUEST, durationMs: 12.346 }, 'request completed']]);
  });
});
