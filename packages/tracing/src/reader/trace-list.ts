import { formatDuration, plainText } from './describe.ts';
import type { TraceSpan } from './trace-span.ts';

const MAX_LISTED = 50;

/** One line per trace, the latest first: its id, when it began, how many spans it has, and what it is about. */
export function traceList(spans: readonly TraceSpan[], traceIds: readonly string[]): string {
  const byTrace = Map.groupBy(spans, ({ traceId }) => traceId);
  const traces = traceIds
    .flatMap((traceId) => summaryOf(traceId, byTrace.get(traceId) ?? []) ?? [])
    .toSorted((one, other) => other.startMs - one.startMs);
  const lines = traces.slice(0, MAX_LISTED).map(({ line }) => line);
  const more = traces.length - lines.length;
  return more > 0 ? [...lines, `… and ${more} more`].join('\n') : lines.join('\n');
}

function summaryOf(
  traceId: string,
  spans: readonly TraceSpan[],
): { startMs: number; line: string } | undefined {
  const [first] = spans.toSorted((one, other) => one.startMs - other.startMs);
  if (first === undefined) return undefined;
  const { startMs } = first;
  let endMs = startMs;
  for (const span of spans) endMs = Math.max(endMs, span.startMs + span.durationMs);
  const began = new Date(startMs).toISOString();
  const failed = spans.some(({ status }) => status === 'error') ? '✗ ' : '';
  const about = plainText(`${first.service} ${first.name}`).slice(0, 60);
  return {
    startMs,
    line: `${traceId}  ${began}  ${formatDuration(endMs - startMs).padStart(9)}  ${String(spans.length).padStart(6)} spans  ${failed}${about}`,
  };
}
