import type { CircuitFact, Facts } from '../verdict/facts.ts';

export type State = 'CLOSED' | 'OPEN' | 'HALF_OPEN';

export interface Segment {
  state: State;
  /** Ms since the run began. */
  fromMs: number;
  toMs: number;
}

/** The circuit's history, and when the service was killed. A new process begins with a closed circuit. */
export interface Timeline {
  lengthMs: number;
  segments: Segment[];
  killsMs: number[];
  changes: { atMs: number; from: string; to: string; reason: string }[];
}

/** @param startedAt epoch ms, as `endedAt` */
export function circuitTimeline(
  facts: Pick<Facts, 'circuit' | 'starts' | 'kills'>,
  startedAt: number,
  endedAt: number,
): Timeline {
  const turns = [
    ...facts.starts.map(({ at }) => ({ atMs: at - startedAt, state: 'CLOSED' as State })),
    ...facts.circuit.map(({ at, to }) => ({ atMs: at - startedAt, state: to as State })),
  ].sort((a, b) => a.atMs - b.atMs);
  const lengthMs = Math.max(1, endedAt - startedAt);
  return {
    lengthMs,
    segments: toSegments(turns, lengthMs),
    killsMs: facts.kills.map(({ at }) => at - startedAt),
    changes: facts.circuit.map((change) => describe(change, startedAt)),
  };
}

function toSegments(turns: readonly { atMs: number; state: State }[], lengthMs: number): Segment[] {
  const segments: Segment[] = [];
  let state: State = 'CLOSED';
  let fromMs = 0;
  for (const turn of turns) {
    if (turn.state === state) continue;
    segments.push({ state, fromMs, toMs: turn.atMs });
    state = turn.state;
    fromMs = turn.atMs;
  }
  segments.push({ state, fromMs, toMs: Math.max(fromMs, lengthMs) });
  return segments;
}

function describe({ at, from, to, reason }: CircuitFact, startedAt: number): Timeline['changes'][number] {
  return { atMs: at - startedAt, from, to, reason };
}

/** The state to draw in each of `columns` columns; a short half-open state is never swallowed by its neighbours. */
export function sampled({ segments, lengthMs }: Timeline, columns: number): State[] {
  const cells = Array.from({ length: columns }, (): State => 'CLOSED');
  for (const state of ['CLOSED', 'OPEN', 'HALF_OPEN'] as const) {
    for (const segment of segments.filter((candidate) => candidate.state === state)) {
      const first = columnOf(segment.fromMs, lengthMs, columns);
      const last = columnOf(segment.toMs, lengthMs, columns);
      cells.fill(state, first, Math.max(first + 1, last));
    }
  }
  return cells;
}

export function columnOf(atMs: number, lengthMs: number, columns: number): number {
  return Math.min(columns - 1, Math.max(0, Math.floor((atMs / lengthMs) * columns)));
}
