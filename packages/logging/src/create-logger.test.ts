import { createTraceContext, runWithTrace, setIdentity } from '@holdfast/context';
import { ManualClock } from '@holdfast/context/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { createLogger } from './create-logger.ts';
import type { LogMethod } from './logger.ts';
import type { LoggerOptions } from './options.ts';

function logTo(options: LoggerOptions = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ destination, level: 'trace', clock: new ManualClock(), ...options });
  const records = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const last = () => records().at(-1) ?? {};
  return { logger, lines, records, last };
}

describe('createLogger', () => {
  it('writes one JSON line with level, time, pid, host, service, module and message', () => {
    const { logger, lines, last } = logTo({ serviceName: 'orders', module: 'checkout' });
    logger.info('order placed');
    expect(lines[0]).toMatch(
      /^\{"level":30,"time":1767225600000,"pid":\d+,"hostname":"[^"]+","service":"orders","module":"checkout","msg":"order placed"\}\n$/,
    );
    expect(last()['pid']).toBe(process.pid);
  });

  it('takes the name of a module alone', () => {
    const logger = createLogger('billing');
    expect(logger.level).toBe('info');
  });

  it.each([
    ['trace', 10],
    ['debug', 20],
    ['info', 30],
    ['warn', 40],
    ['error', 50],
    ['fatal', 60],
  ] as const)('writes %s as level %i', (method, level) => {
    const { logger, last } = logTo();
    logger[method]('m');
    expect(last()['level']).toBe(level);
  });

  describe('call orders', () => {
    it('takes a message alone', () => {
      const { logger, last } = logTo();
      logger.info('m');
      expect(last()).toMatchObject({ msg: 'm' });
    });

    it('takes message then context', () => {
      const { logger, last } = logTo();
      logger.info('m', { orderId: 7 });
      expect(last()).toMatchObject({ msg: 'm', orderId: 7 });
    });

    it('takes context then message', () => {
      const { logger, last } = logTo();
      logger.info({ orderId: 7 }, 'm');
      expect(last()).toMatchObject({ msg: 'm', orderId: 7 });
    });

    it('takes a context alone', () => {
      const { logger, last } = logTo();
      logger.info({ orderId: 7 });
      expect(last()).toMatchObject({ orderId: 7 });
      expect(last()).not.toHaveProperty('msg');
    });

    it('is typed for both orders and nothing else', () => {
      expectTypeOf<LogMethod>().toBeCallableWith('m');
      expectTypeOf<LogMethod>().toBeCallableWith('m', { a: 1 });
      expectTypeOf<LogMethod>().toBeCallableWith({ a: 1 }, 'm');
      expectTypeOf<LogMethod>().toBeCallableWith(new Error('x'), 'm');
      expectTypeOf<['m', string]>().not.toExtend<Parameters<LogMethod>>();
      expectTypeOf<[{ a: 1 }, { b: 2 }]>().not.toExtend<Parameters<LogMethod>>();
    });

    it('does not interpret percent signs', () => {
      const { logger, last } = logTo();
      logger.info('100%s %o %j', { a: 1 });
      expect(last()).toMatchObject({ msg: '100%s %o %j', a: 1 });
    });

    it('survives what an untyped caller passes', () => {
      const { logger, records } = logTo();
      const untyped = logger.info as (...args: unknown[]) => void;
      untyped();
      untyped(null);
      untyped(42, 'm');
      untyped('m', 'text');
      untyped('m', null);
      expect(records().map(({ msg, value }) => ({ msg, value }))).toEqual([
        { msg: undefined, value: undefined },
        { msg: undefined, value: null },
        { msg: 'm', value: 42 },
        { msg: 'm', value: 'text' },
        { msg: 'm', value: null },
      ]);
    });
  });

  describe('errors', () => {
    it('writes an error given first under err, its message as the message', () => {
      const { logger, last } = logTo();
      logger.error(new TypeError('no such order'));
      expect(last()).toMatchObject({
        msg: 'no such order',
        err: { type: 'TypeError', message: 'no such order' },
      });
    });

    it('keeps the given message beside an error in either order', () => {
      const { logger, records } = logTo();
      logger.error(new Error('boom'), 'saving failed');
      logger.error('saving failed', new Error('boom'));
      for (const record of records()) {
        expect(record).toMatchObject({ msg: 'saving failed', err: { type: 'Error', message: 'boom' } });
      }
    });

    it('follows causes and keeps code and stack', () => {
      const { logger, last } = logTo();
      const cause = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
      logger.error({ error: new Error('saving failed', { cause }) }, 'm');
      const error = last()['error'] as Record<string, unknown>;
      expect(error['stack']).toContain('create-logger.test.ts');
      expect(error['cause']).toMatchObject({
        type: 'Error',
        message: 'connect refused',
        code: 'ECONNREFUSED',
      });
    });

    it('lists the errors of an AggregateError', () => {
      const { logger, last } = logTo();
      logger.error(new AggregateError([new Error('one'), new Error('two')], 'all failed'));
      expect(last()).toMatchObject({
        err: { message: 'all failed', errors: [{ message: 'one' }, { message: 'two' }] },
      });
    });
  });

  describe('ids of the context', () => {
    it('are on every line written inside it', () => {
      const { logger, last } = logTo();
      const context = createTraceContext({
        traceId: '0af7651916cd43dd8448eb211c80319c',
        spanId: 'b7ad6b7169203331',
        requestId: 'req-1',
        correlationId: 'corr-1',
      });
      runWithTrace(context, () => {
        setIdentity({ tenantId: 'acme', userId: 'u-7' });
        logger.info('m');
      });
      expect(last()).toMatchObject({
        traceId: '0af7651916cd43dd8448eb211c80319c',
        spanId: 'b7ad6b7169203331',
        requestId: 'req-1',
        correlationId: 'corr-1',
        tenantId: 'acme',
        userId: 'u-7',
      });
    });

    it('are absent outside of a context and with includeTrace false', () => {
      const { logger, last } = logTo();
      logger.info('m');
      expect(last()).not.toHaveProperty('traceId');
      const without = logTo({ includeTrace: false });
      runWithTrace(createTraceContext(), () => without.logger.info('m'));
      expect(without.last()).not.toHaveProperty('traceId');
    });

    it('give way to an id that the line names itself, once', () => {
      const { logger, lines, last } = logTo();
      runWithTrace(createTraceContext({ requestId: 'of-the-context' }), () => {
        logger.info('m', { requestId: 'of-the-line' });
        logger.child({ requestId: 'of-the-child' }).info('m');
      });
      expect(last()['requestId']).toBe('of-the-child');
      expect(lines.map((line) => line.split('"requestId"').length - 1)).toEqual([1, 1]);
    });
  });

  describe('child', () => {
    it('adds its bindings to every line, a later child winning, with no key twice', () => {
      const { logger, lines, last } = logTo({ module: 'a' });
      logger.child({ queue: 'mail', attempt: 1 }).child({ attempt: 2 }).info('m');
      expect(last()).toMatchObject({ module: 'a', queue: 'mail', attempt: 2 });
      expect(lines[0]?.split('"attempt"')).toHaveLength(2);
    });

    it('redacts its bindings', () => {
      const { logger, last } = logTo();
      logger.child({ token: 'abc', nested: { password: 'x' } }).info('m');
      expect(last()).toMatchObject({ token: '[redacted]', nested: { password: '[redacted]' } });
    });

    it('begins at the level of its parent and then has its own', () => {
      const { logger, lines } = logTo({ level: 'warn' });
      const child = logger.child({});
      child.info('not written');
      child.level = 'debug';
      child.debug('written');
      logger.debug('not written');
      expect(lines).toHaveLength(1);
    });
  });

  it('renames a field that would stand twice on the line', () => {
    const { logger, lines, last } = logTo({ module: 'real' });
    logger.info('m', { level: 60, time: 0, pid: 1, hostname: 'h', msg: 'x', module: 'forged' });
    expect(last()).toMatchObject({ level: 30, time: 1767225600000, msg: 'm', module: 'real' });
    expect(last()).toMatchObject({
      level_: 60,
      time_: 0,
      pid_: 1,
      hostname_: 'h',
      msg_: 'x',
      module_: 'forged',
    });
    expect(lines[0]?.split('"level"')).toHaveLength(2);
  });

  it('changes its level while running and refuses an unknown one', () => {
    const { logger, lines } = logTo({ level: 'silent' });
    logger.fatal('not written');
    logger.level = 'info';
    expect(logger.isLevelEnabled('debug')).toBe(false);
    expect(logger.isLevelEnabled('info')).toBe(true);
    expect(() => Object.assign(logger, { level: 'loud' })).toThrow(
      'level is "loud"; it must be one of trace, debug, info, warn, error, fatal, silent.',
    );
    expect(lines).toHaveLength(0);
  });

  it('can be disposed of', async () => {
    const { logger, lines } = logTo();
    {
      await using scoped = logger;
      scoped.info('m');
    }
    expect(lines).toHaveLength(1);
  });
});
