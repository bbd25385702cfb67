import { parseTracestate } from '@holdfast/context';
import type { TraceState } from '@opentelemetry/api';

/** A `tracestate` that was checked when it came in and is handed on as it is, level 2 keys included. */
export class W3cTraceState implements TraceState {
  readonly #header: string;

  /** @param header what `parseTracestate` returned */
  constructor(header: string) {
    this.#header = header;
  }

  serialize(): string {
    return this.#header;
  }

  get(key: string): string | undefined {
    const prefix = `${key}=`;
    return this.#members()
      .find((member) => member.startsWith(prefix))
      ?.slice(prefix.length);
  }

  /** Puts the entry first, as the specification asks; an entry that is not allowed changes nothing. */
  set(key: string, value: string): TraceState {
    const others = this.#members().filter((member) => !member.startsWith(`${key}=`));
    const header = parseTracestate([`${key}=${value}`, ...others].join(','));
    return header === undefined ? this : new W3cTraceState(header);
  }

  unset(key: string): TraceState {
    return new W3cTraceState(
      this.#members()
        .filter((member) => !member.startsWith(`${key}=`))
        .join(','),
    );
  }

  #members(): string[] {
    return this.#header === '' ? [] : this.#header.split(',');
  }
}
