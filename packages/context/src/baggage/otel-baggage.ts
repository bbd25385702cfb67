/** The baggage of `@opentelemetry/api` and ours, each read as the other; by shape, since this package depends on nothing. */
import {
  type Baggage,
  type BaggageEntry,
  formatProperties,
  isBaggageKey,
  parseProperties,
} from './baggage.ts';

/** The key under which every version of @opentelemetry/api keeps its baggage in a `Context`. */
export const BAGGAGE_KEY: symbol = Symbol.for('OpenTelemetry Baggage Key');

interface OtelEntry {
  readonly value: string;
  /** Properties as they stand in the header. */
  readonly metadata?: { toString(): string } | undefined;
}

interface OtelBaggageLike {
  getAllEntries(): readonly (readonly [key: string, entry: OtelEntry])[];
}

const NO_BAGGAGE: Baggage = Object.freeze([]);

/** The entries of an OpenTelemetry `Baggage`; a key that may not be in a header, and metadata that may not, are left out. */
export function fromOtelBaggage(baggage: unknown): Baggage {
  if (!isOtelBaggage(baggage)) return NO_BAGGAGE;
  return baggage
    .getAllEntries()
    .filter(([key]) => isBaggageKey(key))
    .map(([key, entry]) => toEntry(key, entry));
}

function toEntry(key: string, { value, metadata }: OtelEntry): BaggageEntry {
  return { key, value, properties: parseProperties(metadata?.toString() ?? '') ?? [] };
}

function isOtelBaggage(baggage: unknown): baggage is OtelBaggageLike {
  return typeof baggage === 'object' && baggage !== null && 'getAllEntries' in baggage;
}

/** Our entries as an OpenTelemetry `Baggage`; immutable, as that is. */
export class OtelBaggage implements OtelBaggageLike {
  readonly #entries: Baggage;

  constructor(entries: Baggage) {
    this.#entries = entries;
  }

  getEntry(key: string): OtelEntry | undefined {
    const entry = this.#entries.findLast((candidate) => candidate.key === key);
    return entry === undefined ? undefined : toOtelEntry(entry);
  }

  getAllEntries(): [string, OtelEntry][] {
    return this.#entries.map((entry) => [entry.key, toOtelEntry(entry)]);
  }

  setEntry(key: string, entry: OtelEntry): OtelBaggage {
    return new OtelBaggage([...this.#without([key]), toEntry(key, entry)]);
  }

  removeEntry(key: string): OtelBaggage {
    return this.removeEntries(key);
  }

  removeEntries(...keys: string[]): OtelBaggage {
    return new OtelBaggage(this.#without(keys));
  }

  clear(): OtelBaggage {
    return new OtelBaggage(NO_BAGGAGE);
  }

  #without(keys: readonly string[]): Baggage {
    return this.#entries.filter((entry) => !keys.includes(entry.key));
  }
}

function toOtelEntry({ value, properties }: BaggageEntry): OtelEntry {
  if (properties.length === 0) return { value };
  const text = formatProperties(properties);
  return { value, metadata: { toString: () => text } };
}
