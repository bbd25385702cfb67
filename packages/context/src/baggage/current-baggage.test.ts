import { describe, expect, it } from 'vitest';
import { withDeadline } from '../deadline/time-limit.ts';
import { fromCarrier, toCarrier } from '../propagation/carrier.ts';
import { extractTraceContext } from '../propagation/headers.ts';
import { createTraceContext, getCurrentTrace, runWithTrace } from '../scope/current.ts';
import { getBaggage, getBaggageEntry, removeBaggageEntry, setBaggageEntry } from './current-baggage.ts';

const inContext = <T>(fn: () => T): T => runWithTrace(createTraceContext(), fn);

describe('setBaggageEntry', () => {
  it('sets an entry for the request as a whole, seen in every scope of it', () => {
    inContext(() => {
      withDeadline(1000, () =>
        expect(setBaggageEntry('tier', 'gold', [{ key: 'ttl', value: '30' }])).toBe(true),
      );
      expect(getBaggageEntry('tier')).toEqual({
        key: 'tier',
        value: 'gold',
        properties: [{ key: 'ttl', value: '30' }],
      });
      const child = createTraceContext({ parent: getCurrentTrace() });
      expect(runWithTrace(child, () => getBaggageEntry('tier')?.value)).toBe('gold');
    });
  });

  it('replaces every entry of that name', () => {
    const init = extractTraceContext({ baggage: 'a=1,b=2,a=3' }, { trusted: true });
    runWithTrace(createTraceContext(init), () => {
      expect(getBaggageEntry('a')?.value).toBe('3');
      setBaggageEntry('a', '4');
      expect(getBaggage().map(({ key, value }) => key + value)).toEqual(['b2', 'a4']);
    });
  });

  it('is false and changes nothing where the limits would be exceeded', () => {
    inContext(() => {
      for (let index = 0; index < 64; index += 1) expect(setBaggageEntry(`k${index}`, 'v')).toBe(true);
      expect(setBaggageEntry('one-more', 'v')).toBe(false);
      expect(setBaggageEntry('k0', 'w')).toBe(true);
      expect(setBaggageEntry('k0', 'w'.repeat(8192))).toBe(false);
      expect(getBaggageEntry('k0')?.value).toBe('w');
      expect(getBaggage()).toHaveLength(64);
    });
  });

  it('is false outside of a context', () => {
    expect(setBaggageEntry('a', '1')).toBe(false);
    expect(removeBaggageEntry('a')).toBe(false);
    expect(getBaggage()).toEqual([]);
  });

  it.each([
    ['', []],
    ['a b', []],
    ['ä', []],
    ['a\r\nb', []],
    ['a', [{ key: 'p q' }]],
  ])('refuses the key %j with properties %j', (key, properties) => {
    expect(() => inContext(() => setBaggageEntry(key, 'v', properties))).toThrow(
      expect.objectContaining({
        code: 'ERR_CONTEXT_OPTION',
        message:
          "setBaggageEntry: a key must be one or more letters, digits or !#$%&'*+-.^_`|~ and this one is not.",
      }),
    );
  });

  it('keeps requests apart', () => {
    inContext(() => setBaggageEntry('a', '1'));
    inContext(() => expect(getBaggage()).toEqual([]));
  });
});

describe('removeBaggageEntry', () => {
  it('takes out every entry of that name and says whether there was one', () => {
    const init = extractTraceContext({ baggage: ['a=1,b=2', 'a=3'] }, { trusted: true });
    runWithTrace(createTraceContext(init), () => {
      expect(removeBaggageEntry('a')).toBe(true);
      expect(removeBaggageEntry('a')).toBe(false);
      expect(getBaggage().map(({ key }) => key)).toEqual(['b']);
    });
  });
});

describe('baggage of a request', () => {
  it('comes only from trusted senders', () => {
    expect(extractTraceContext({ baggage: 'a=1' }).baggage).toBeUndefined();
    expect(extractTraceContext({ baggage: 'a=1' }, { trusted: true }).baggage).toEqual([
      { key: 'a', value: '1', properties: [] },
    ]);
  });

  it('travels with jobs and events', () => {
    const carrier = inContext(() => {
      setBaggageEntry('city', 'Zürich');
      return toCarrier();
    });
    expect(carrier.baggage).toBe('city=Z%C3%BCrich');
    runWithTrace(fromCarrier(carrier), () => expect(getBaggageEntry('city')?.value).toBe('Zürich'));
    expect(inContext(() => toCarrier())).not.toHaveProperty('baggage');
  });
});
