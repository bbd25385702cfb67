import type { TraceEvent, TraceSpan } from './trace-span.ts';

/** A time that reads well: `420 µs`, `12.3 ms`, `1.24 s`, `2 m 03 s`. */
export function formatDuration(ms: number): string {
  if (ms < 0.9995) return `${Math.round(ms * 1000)} µs`;
  if (ms < 99.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_995) return `${(ms / 1000).toFixed(2)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`;
}

/**
 * Control characters, line and paragraph separators, what turns the direction of text around, and code points that are
 * no characters, which XML refuses.
 */
const UNPRINTABLE = /[\p{Cc}\p{Noncharacter_Code_Point}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;

/** Text from a span, without anything that a terminal or a document could take for a command. */
export function plainText(text: string): string {
  return text.toWellFormed().replace(UNPRINTABLE, ' ');
}

/** An attribute as text. */
export function showValue(value: unknown): string {
  return plainText(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
}

/** What went wrong, in a few words: the message, else the type of the error, else the status code. */
export function errorOf(span: TraceSpan): string | undefined {
  if (span.status !== 'error') return undefined;
  return showValue(span.statusMessage ?? span.attributes['error.type'] ?? detailOf(span) ?? 'error');
}

/** The second half of a line, for what has one: status code, job outcome. */
export function detailOf(span: TraceSpan): string | undefined {
  const { attributes } = span;
  const detail = attributes['http.response.status_code'] ?? attributes['holdfast.queue.outcome'];
  return detail === undefined ? undefined : showValue(detail);
}

export interface Note {
  readonly timeMs: number;
  readonly text: string;
  readonly mark: string;
}

/** The events of a span that tell its story: retries and circuit transitions. */
export function notesOf(span: TraceSpan): Note[] {
  return span.events.flatMap((event) => noteOf(event) ?? []);
}

function noteOf({ name, timeMs, attributes }: TraceEvent): Note | undefined {
  const value = (key: string) => showValue(attributes[key] ?? '?');
  if (name === 'circuit.transition') {
    const text = `circuit ${value('circuit.name')}: ${value('circuit.from')} → ${value('circuit.to')} (${value('circuit.reason')})`;
    return { timeMs, mark: '⚡', text };
  }
  if (name !== 'retry') return undefined;
  const delay = attributes['retry.delay_ms'];
  const wait = typeof delay === 'number' ? `, next after ${formatDuration(delay)}` : '';
  return { timeMs, mark: '↻', text: `attempt ${value('retry.attempt')} ${value('retry.outcome')}${wait}` };
}
