import type { SpanSink } from './sink.ts';

/** Hands each span to two sinks; what became of it is told by the first. */
export function bothSinks(first: SpanSink, second: SpanSink): SpanSink {
  return {
    add(span) {
      first.add(span);
      second.add(span);
    },
    async flush(timeoutMs) {
      await Promise.all([first.flush(timeoutMs), second.flush(timeoutMs)]);
    },
    async close(timeoutMs) {
      await Promise.all([first.close(timeoutMs), second.close(timeoutMs)]);
    },
    stats: () => first.stats(),
  };
}
