import type { Attributes } from '@opentelemetry/api';
import { encodeAttribute, SPAN_ATTRIBUTE } from './otlp/encode-value.ts';
import { WireWriter } from './otlp/wire.ts';
import type { AnyValue } from './span-data.ts';

/**
 * Attributes that many spans share, checked and encoded once: those of a prepared statement, or of all requests of
 * one method to one host. A span carries the reference, and its bytes go out in one copy.
 */
export class PreparedAttributes {
  readonly keys: readonly string[];
  readonly values: readonly AnyValue[];
  /** The same as an object, for a tracer that is not ours. */
  readonly attributes: Attributes;
  #encoded: Uint8Array | undefined;

  /** @param attributes an undefined value is left out */
  constructor(attributes: Readonly<Record<string, AnyValue | undefined>>) {
    const entries = Object.entries(attributes).filter(
      (entry): entry is [string, AnyValue] => entry[1] !== undefined,
    );
    this.attributes = Object.fromEntries(entries);
    this.keys = entries.map(([key]) => key);
    this.values = entries.map(([, value]) => value);
  }

  /** As fields of an OTLP span. */
  get encoded(): Uint8Array {
    if (this.#encoded === undefined) {
      const writer = new WireWriter(256);
      for (const [index, key] of this.keys.entries()) {
        encodeAttribute(writer, SPAN_ATTRIBUTE, key, this.values[index] ?? null);
      }
      this.#encoded = Uint8Array.from(writer.written());
    }
    return this.#encoded;
  }
}
