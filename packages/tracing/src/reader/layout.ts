import type { TraceSpan } from './trace-span.ts';

/** One line of a drawing: a span and where it hangs. */
export interface Row {
  readonly span: TraceSpan;
  readonly depth: number;
  /** For each level, whether another sibling follows below: what tree lines are drawn from. */
  readonly continues: readonly boolean[];
  /** Whether it hangs below a span of another trace that it is linked to. */
  readonly linked: boolean;
  /** The row it hangs below, or undefined. */
  readonly parent: Row | undefined;
}

export interface Layout {
  readonly rows: readonly Row[];
  readonly startMs: number;
  /** From the first start to the last end. */
  readonly durationMs: number;
  /** In the order in which they appear. */
  readonly services: readonly string[];
}

type Children = ReadonlyMap<string | undefined, TraceSpan[]>;

/** Deeper spans are drawn at this level: no page is wide enough for more. */
const MAX_DEPTH = 40;

/** Puts spans below their parents, linked ones below what they are linked to, siblings by time. */
export function layOut(spans: readonly TraceSpan[]): Layout {
  const unique = [...new Map(spans.map((span) => [span.spanId, span])).values()];
  unique.sort((a, b) => a.startMs - b.startMs);
  const present = new Map(unique.map((span) => [span.spanId, span]));
  const children = new Map<string | undefined, TraceSpan[]>();
  for (const span of unique) {
    const above = parentOf(span, present);
    const siblings = children.get(above);
    if (siblings === undefined) children.set(above, [span]);
    else siblings.push(span);
  }
  const rows: Row[] = [];
  const seen = new Set<string>();
  place(children.get(undefined) ?? [], children, rows, seen);
  // Spans that are each other's parents hang below none: the first of them is taken for the top.
  for (const span of unique) if (!seen.has(span.spanId)) place([span], children, rows, seen);
  const startMs = unique[0]?.startMs ?? 0;
  const endMs = unique.reduce((latest, span) => Math.max(latest, span.startMs + span.durationMs), startMs);
  return {
    rows,
    startMs,
    durationMs: endMs - startMs,
    services: [...new Set(rows.map((row) => row.span.service))],
  };
}

function parentOf(span: TraceSpan, present: ReadonlyMap<string, TraceSpan>): string | undefined {
  if (span.parentSpanId !== undefined && present.has(span.parentSpanId)) return span.parentSpanId;
  return span.links.find((link) => present.has(link.spanId))?.spanId;
}

/** What is still to be placed: a span below a row. */
interface Waiting {
  readonly span: TraceSpan;
  readonly parent: Row | undefined;
  readonly isLast: boolean;
}

/** Depth first, without recursion: a chain of spans may be longer than the stack. */
function place(roots: readonly TraceSpan[], children: Children, rows: Row[], seen: Set<string>): void {
  const waiting = waitingBelow(undefined, roots);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { span, parent, isLast } = next;
    if (seen.has(span.spanId)) continue;
    seen.add(span.spanId);
    const row: Row = {
      span,
      depth: parent === undefined ? 0 : Math.min(parent.depth + 1, MAX_DEPTH),
      continues: parent === undefined ? [] : [...parent.continues.slice(0, MAX_DEPTH - 1), !isLast],
      linked: parent !== undefined && parent.span.traceId !== span.traceId,
      parent,
    };
    rows.push(row);
    for (const child of waitingBelow(row, children.get(span.spanId) ?? [])) waiting.push(child);
  }
}

/** The last first, so that the first is taken first. */
function waitingBelow(parent: Row | undefined, spans: readonly TraceSpan[]): Waiting[] {
  return spans.map((span, index) => ({ span, parent, isLast: index === spans.length - 1 })).toReversed();
}
