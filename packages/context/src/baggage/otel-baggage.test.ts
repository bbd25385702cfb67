import { describe, expect, it } from 'vitest';
import { fromOtelBaggage, OtelBaggage } from './otel-baggage.ts';

const metadata = { toString: () => 'ttl=30;private' };
const entries = [
  { key: 'tier', value: 'gold', properties: [] },
  { key: 'plan', value: 'a b', properties: [{ key: 'ttl', value: '30' }, { key: 'private' }] },
];

describe('our entries as a Baggage of OpenTelemetry', () => {
  it('show values and metadata', () => {
    const baggage = new OtelBaggage(entries);
    expect(baggage.getEntry('tier')).toEqual({ value: 'gold' });
    expect(baggage.getEntry('plan')?.metadata?.toString()).toBe('ttl=30;private');
    expect(baggage.getEntry('other')).toBeUndefined();
    expect(baggage.getAllEntries().map(([key, { value }]) => [key, value])).toEqual([
      ['tier', 'gold'],
      ['plan', 'a b'],
    ]);
  });

  it('never change: each change gives another one', () => {
    const baggage = new OtelBaggage(entries);
    const keysOf = (changed: OtelBaggage) => changed.getAllEntries().map(([key]) => key);
    expect(keysOf(baggage.setEntry('tier', { value: 'silver', metadata }))).toEqual(['plan', 'tier']);
    expect(keysOf(baggage.removeEntry('tier'))).toEqual(['plan']);
    expect(keysOf(baggage.removeEntries('tier', 'plan'))).toEqual([]);
    expect(keysOf(baggage.clear())).toEqual([]);
    expect(keysOf(baggage)).toEqual(['tier', 'plan']);
  });

  it('are the same entries when read back', () => {
    expect(fromOtelBaggage(new OtelBaggage(entries))).toEqual(entries);
  });
});

describe('a Baggage of OpenTelemetry as our entries', () => {
  const theirs = (key: string, entry: object) => ({ getAllEntries: () => [[key, entry]] });

  it('leaves out a key and metadata that may not stand in a header', () => {
    expect(fromOtelBaggage(theirs('no token', { value: '1' }))).toEqual([]);
    expect(fromOtelBaggage(theirs('key', { value: '1', metadata: { toString: () => 'a b' } }))).toEqual([
      { key: 'key', value: '1', properties: [] },
    ]);
  });

  it('is empty for anything else', () => {
    for (const other of [undefined, null, 'tier=gold', {}]) expect(fromOtelBaggage(other)).toEqual([]);
  });
});
