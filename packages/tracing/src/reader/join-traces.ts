import type { TraceSpan } from './trace-span.ts';

/**
 * The spans of a trace together with the traces that are linked to it, in either direction and however far: a request
 * with every attempt at the jobs it has enqueued.
 */
export function joinLinkedTraces(spans: readonly TraceSpan[], traceId: string): TraceSpan[] {
  const neighbours = linksBetweenTraces(spans);
  const joined = new Set([traceId]);
  for (const trace of joined) for (const neighbour of neighbours.get(trace) ?? []) joined.add(neighbour);
  return spans.filter((span) => joined.has(span.traceId));
}

function linksBetweenTraces(spans: readonly TraceSpan[]): Map<string, Set<string>> {
  const neighbours = new Map<string, Set<string>>();
  const connect = (from: string, to: string) => {
    const known = neighbours.get(from);
    if (known === undefined) neighbours.set(from, new Set([to]));
    else known.add(to);
  };
  for (const span of spans) {
    for (const link of span.links) {
      connect(span.traceId, link.traceId);
      connect(link.traceId, span.traceId);
    }
  }
  return neighbours;
}
