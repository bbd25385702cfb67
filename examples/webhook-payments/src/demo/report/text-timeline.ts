import type { Style } from './style.ts';
import { columnOf, type State, sampled, type Timeline } from './timeline.ts';

const GLYPHS: Readonly<Record<State, string>> = { CLOSED: '─', HALF_OPEN: '▒', OPEN: '█' };

/** The circuit over time, the crashes under it, and a list of its changes. */
export function timelineLines(timeline: Timeline, width: number, style: Style): string[] {
  const columns = width - 4;
  const bar = runsOf(sampled(timeline, columns)).map(([state, length]) => painted(state, length, style));
  return [
    bar.join(''),
    style.red(killMarks(timeline, columns)),
    axis(timeline.lengthMs, columns),
    style.dim(
      `${GLYPHS.CLOSED} closed   ${GLYPHS.OPEN} open   ${GLYPHS.HALF_OPEN} half-open   ✗ SIGKILL and restart`,
    ),
    ...history(timeline),
  ];
}

function painted(state: State, length: number, style: Style): string {
  const text = GLYPHS[state].repeat(length);
  if (state === 'CLOSED') return style.green(text);
  return state === 'OPEN' ? style.red(text) : style.yellow(text);
}

/** Equal neighbours as one: a colour begins and ends once for each. */
function runsOf(states: readonly State[]): [state: State, length: number][] {
  const runs: [State, number][] = [];
  for (const state of states) {
    const last = runs.at(-1);
    if (last?.[0] === state) last[1] += 1;
    else runs.push([state, 1]);
  }
  return runs;
}

function killMarks({ killsMs, lengthMs }: Timeline, columns: number): string {
  const marks = Array.from({ length: columns }, () => ' ');
  for (const atMs of killsMs) marks[columnOf(atMs, lengthMs, columns)] = '✗';
  return marks.join('').trimEnd();
}

function axis(lengthMs: number, columns: number): string {
  const end = `${(lengthMs / 1000).toFixed(0)} s`;
  return `0 s${end.padStart(columns - 3)}`;
}

/** All of one outage in one line. */
function history({ changes }: Timeline): string[] {
  const steps = changes.map(({ atMs, to, reason }) => `${(atMs / 1000).toFixed(1)} s ${to} (${reason})`);
  const lines: string[] = [];
  for (let index = 0; index < steps.length; index += 3) lines.push(steps.slice(index, index + 3).join(' → '));
  return lines;
}
