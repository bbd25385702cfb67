import { AsyncLocalStorage } from 'node:async_hooks';
import { channel, tracingChannel } from 'node:diagnostics_channel';
import { describe, expect, it } from 'vitest';
import { COLLECT_CHANNEL, subscriberFailures, subscribeSafely, transformSafely } from './channels.ts';

describe('subscribeSafely', () => {
  it('gives each message to the handler until it is ended', () => {
    const seen: unknown[] = [];
    const end = subscribeSafely<{ n: number }>('holdfast:test:fact', ({ n }) => seen.push(n));
    channel('holdfast:test:fact').publish({ n: 1 });
    end();
    channel('holdfast:test:fact').publish({ n: 2 });
    expect(seen).toEqual([1]);
    expect(channel('holdfast:test:fact').hasSubscribers).toBe(false);
  });

  it('counts what the handler throws and lets it go no further', () => {
    const before = subscriberFailures();
    const end = subscribeSafely('holdfast:test:fact', () => {
      throw new Error('x');
    });
    expect(() => channel('holdfast:test:fact').publish({})).not.toThrow();
    end();
    expect(subscriberFailures()).toBe(before + 1);
  });
});

describe('transformSafely', () => {
  it('makes the store of an operation, and leaves it as it is when it throws', () => {
    const storage = new AsyncLocalStorage<string>();
    const operation = tracingChannel('holdfast:test:operation');
    const before = subscriberFailures();
    const transform = (message: unknown) => {
      if ((message as { bad: boolean }).bad) throw new Error('x');
      return 'inner';
    };
    operation.start.bindStore(
      storage,
      transformSafely(() => storage.getStore() ?? 'none', transform),
    );
    storage.run('outer', () => {
      expect(operation.traceSync(() => storage.getStore(), { bad: false })).toBe('inner');
      expect(operation.traceSync(() => storage.getStore(), { bad: true })).toBe('outer');
    });
    operation.start.unbindStore(storage);
    expect(subscriberFailures()).toBe(before + 1);
  });
});

it('the channel of scrapes has its name', () => {
  expect(COLLECT_CHANNEL).toBe('holdfast:metrics:collect');
});
