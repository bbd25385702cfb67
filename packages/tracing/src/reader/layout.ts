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
  place(children.get(undefined) ?? [], undefined, children, rows, new Set());
  const startMs = unique[0]?.startMs ?? 0;
  const endMs = Math.max(startMs, ...unique.map((span) => span.startMs + span.durationMs));
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

function place(
  siblings: readonly TraceSpan[],
  parent: Row | undefined,
  children: ReadonlyMap<string | undefined, TraceSpan[]>,
  rows: Row[],
  seen: Set<string>,
): void {
  for (const [index, span] of siblings.entries()) {
    if (seen.has(span.spanId)) continue;
    seen.add(span.spanId);
    const row: Row = {
      span,
      depth: parent === undefined ? 0 : parent.depth + 1,
      continues: parent === undefined ? [] : [...parent.continues, index < siblings.length - 1],
      linked: parent !== undefined && parent.span.traceId !== span.traceId,
      parent,
    };
    rows.push(row);
    place(children.get(span.spanId) ?? [], row, children, rows, seen);
  }
}
