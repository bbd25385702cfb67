import type { Report } from './report.ts';

/** The report as one line of JSON. */
export function jsonReport(report: Report): string {
  const { tally, timeline, checks, trace } = report;
  return JSON.stringify({
    ok: report.ok,
    ...tally,
    circuit: {
      opened: timeline.changes.filter((change) => change.to === 'OPEN').length,
      history: timeline.changes,
    },
    latencies: report.latencies,
    trace:
      trace === undefined ? null : { traceId: trace.traceId, eventId: trace.eventId, stages: trace.stages },
    checks,
    engine: report.engine,
    tookMs: Math.round(report.tookMs),
  });
}
