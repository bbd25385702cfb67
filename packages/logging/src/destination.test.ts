import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { ManualClock } from '@holdfast/context/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogger } from './create-logger.ts';
import type { LoggerOptions } from './options.ts';
import { createRequestLog } from './request-log.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-logging-'));
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

function fileLogger(options: LoggerOptions = {}) {
  const file = join(folder, 'app.log');
  const logger = createLogger({ destination: { file }, ...options });
  const messages = () =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
  return { logger, messages, file };
}

describe('a file', () => {
  it('holds each line when the call returns', async () => {
    const { logger, messages } = fileLogger();
    logger.info('one');
    expect(messages()).toEqual(['one']);
    logger.info('größer als ASCII: 鯨');
    expect(messages()).toEqual(['one', 'größer als ASCII: 鯨']);
    await logger.close();
  });

  it('is appended to, not replaced', async () => {
    const first = fileLogger();
    first.logger.info('one');
    await first.logger.close();
    const second = fileLogger();
    second.logger.info('two');
    await second.logger.close();
    expect(second.messages()).toEqual(['one', 'two']);
  });

  it('gets what waits in memory by flush, in order', async () => {
    const { logger, messages } = fileLogger({ bufferBytes: 10_000 });
    logger.info('one');
    logger.info('two');
    expect(messages()).toEqual([]);
    await logger.flush();
    expect(messages()).toEqual(['one', 'two']);
    await logger.close();
  });

  it('gets what waits in memory when bufferBytes are reached, by fatal, and each second', async () => {
    vi.useFakeTimers();
    const { logger, messages } = fileLogger({ bufferBytes: 10_000 });
    logger.info('x'.repeat(6000));
    logger.info('y'.repeat(6000));
    expect(messages()).toHaveLength(2);
    logger.fatal('three');
    expect(messages()).toHaveLength(3);
    logger.info('four');
    vi.advanceTimersByTime(999);
    expect(messages()).toHaveLength(3);
    vi.advanceTimersByTime(1);
    expect(messages()).toHaveLength(4);
    await logger.close();
  });

  it('takes lines longer than the buffer, and many between two flushes', async () => {
    const { logger, messages } = fileLogger({ bufferBytes: 1000, maxTextLength: 1_000_000 });
    logger.info('short');
    logger.info('z'.repeat(200_000));
    for (let index = 0; index < 5000; index += 1) logger.info(`line ${index}`);
    await logger.flush();
    expect(messages()).toHaveLength(5002);
    expect(messages()[1]).toHaveLength(200_000);
    await logger.close();
  });

  it('is refused when it cannot be opened, saying which', () => {
    const destination = { file: join(folder, 'missing', 'app.log') };
    expect(() => createLogger({ destination })).toThrow(
      /the log file ".*missing.*app\.log" cannot be opened/,
    );
  });

  it('drops lines written after close, without a throw', async () => {
    const { logger, messages } = fileLogger();
    logger.info('one');
    await logger.close();
    await logger.close();
    logger.info('late');
    expect(messages()).toEqual(['one']);
  });
});

describe('a stream of the application', () => {
  it('gets each line, and flush waits for its flush', async () => {
    const seen: string[] = [];
    const destination = {
      write: (line: string) => void seen.push(line),
      flush: (callback: () => void) => {
        seen.push('flushed');
        setImmediate(callback);
      },
    };
    const logger = createLogger({ destination });
    logger.info('m');
    await logger.flush();
    expect(seen).toHaveLength(2);
    expect(seen[1]).toBe('flushed');
  });

  it('may be a Writable, whose backlog flush waits for', async () => {
    const seen: string[] = [];
    const destination = new Writable({
      highWaterMark: 1,
      write(chunk: Buffer, _encoding, done) {
        setImmediate(() => {
          seen.push(chunk.toString());
          done();
        });
      },
    });
    const logger = createLogger({ destination });
    logger.info('one');
    logger.info('two');
    await logger.flush();
    expect(seen).toHaveLength(2);
  });

  it('may throw or fail to flush: the caller never notices, a warning is emitted once', async () => {
    const warnings: string[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning.message);
    process.on('warning', onWarning);
    const destination = {
      write: () => {
        throw new Error('disk full');
      },
      flush: () => {
        throw new Error('gone');
      },
    };
    const logger = createLogger({ destination });
    logger.info('one');
    logger.info('two');
    await logger.flush();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    expect(warnings).toEqual(['Log lines are being lost: disk full']);
  });
});

describe('request lines in a file', () => {
  const request = { method: 'GET', path: '/', statusCode: 200, durationMs: 1 };
  const turnIsOver = () => new Promise<void>((resolve) => setImmediate(resolve));

  it('wait 5 ms for others, all of which are written then', async () => {
    const clock = new ManualClock();
    const { logger, messages } = fileLogger({ clock });
    const write = createRequestLog(logger);
    for (let time = 1; time <= 2; time += 1) {
      write(request);
      await turnIsOver();
      await clock.advance(4.9);
      write(request);
      expect(messages()).toHaveLength(2 * time - 2);
      await clock.advance(0.1);
      expect(messages()).toHaveLength(2 * time);
    }
    await logger.close();
  });

  it.each([{ statusCode: 500 }, { aborted: true }])(
    'of a request that ended like %j are there when the turn of the event loop is over, with those before it',
    async (end) => {
      const { logger, messages } = fileLogger({ clock: new ManualClock() });
      const write = createRequestLog(logger);
      write(request);
      write({ ...request, ...end });
      expect(messages()).toHaveLength(0);
      await turnIsOver();
      expect(messages()).toHaveLength(2);
      await logger.close();
    },
  );

  it('are written sooner once 16 KiB wait, by one timer for all of them', async () => {
    const clock = new ManualClock();
    const timers = vi.spyOn(clock, 'setTimer');
    const { logger, messages } = fileLogger({ clock });
    const write = createRequestLog(logger);
    for (let n = 0; n < 1000; n += 1) write({ ...request, path: `/${'x'.repeat(100)}` });
    const bytesOfOne = 300;
    expect(1000 - messages().length).toBeLessThan(16_384 / 100);
    expect(messages().length * bytesOfOne).toBeGreaterThan(16_384);
    expect(timers).toHaveBeenCalledTimes(1);
    await clock.advance(5);
    expect(messages()).toHaveLength(1000);
    await logger.close();
  });

  it('leave no timer behind after close', async () => {
    const clock = new ManualClock();
    const { logger, messages } = fileLogger({ clock });
    createRequestLog(logger)(request);
    await logger.close();
    expect(messages()).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('are there when the turn of the event loop is over with requestHoldMs 0', async () => {
    const { logger, messages } = fileLogger({ requestHoldMs: 0 });
    const write = createRequestLog(logger);
    for (let turn = 1; turn <= 2; turn += 1) {
      write(request);
      write({ ...request, aborted: true });
      expect(messages()).toHaveLength(2 * turn - 2);
      await turnIsOver();
      expect(messages().slice(-2)).toEqual(['request completed', 'request aborted']);
    }
    await logger.close();
  });

  it('are there, in order, as soon as the logger or a child of it writes', async () => {
    const { logger, messages } = fileLogger();
    const write = createRequestLog(logger);
    write(request);
    logger.info('one');
    expect(messages()).toEqual(['request completed', 'one']);
    write(request);
    logger.child({ part: 'x' }).info('two');
    expect(messages()).toEqual(['request completed', 'one', 'request completed', 'two']);
    await logger.close();
  });

  it('are there after flush and after close', async () => {
    const { logger, messages } = fileLogger();
    const write = createRequestLog(logger);
    write(request);
    await logger.flush();
    expect(messages()).toHaveLength(1);
    write(request);
    await logger.close();
    expect(messages()).toHaveLength(2);
    write(request);
    await turnIsOver();
    expect(messages()).toHaveLength(2);
  });

  it('are written before the end of the turn when 64 KiB wait', async () => {
    const { logger, messages } = fileLogger({ requestHoldMs: 0 });
    const write = createRequestLog(logger);
    for (let n = 0; n < 1000; n += 1) write({ ...request, path: `/${'x'.repeat(100)}` });
    expect(messages().length).toBeGreaterThan(200);
    await turnIsOver();
    expect(messages()).toHaveLength(1000);
    await logger.close();
  });
});
