import { heading, type Part, rect, round, type Tone, text, WIDTH } from './svg-parts.ts';
import type { State, Timeline } from './timeline.ts';

const TONES: Readonly<Record<State, Tone>> = { CLOSED: 'good', OPEN: 'bad', HALF_OPEN: 'warn' };

/** A trial can be over in a few milliseconds and must be seen all the same. */
const NARROWEST = 3;

/** The circuit's state over the time of the run, with a mark for each crash. */
export function timelinePart({ segments, killsMs, lengthMs }: Timeline): Part {
  const xOf = (atMs: number) => Math.min(1, Math.max(0, atMs / lengthMs)) * WIDTH;
  const drawn = segments
    .toSorted((a, b) => Number(a.state === 'HALF_OPEN') - Number(b.state === 'HALF_OPEN'))
    .map(({ state, fromMs, toMs }) =>
      rect(xOf(fromMs), 28, Math.max(NARROWEST, xOf(toMs) - xOf(fromMs)), 22, TONES[state]),
    );
  const kills = killsMs.map((atMs) => {
    const line = rect(xOf(atMs) - 1, 22, 2, 36, 'ink', 0);
    return line + text(round(xOf(atMs)), 72, 'SIGKILL', { size: 11, anchor: 'middle' });
  });
  const axis = [
    text(0, 72, '0 s', { size: 11, tone: 'muted' }),
    text(WIDTH, 72, `${(lengthMs / 1000).toFixed(0)} s`, { size: 11, tone: 'muted', anchor: 'end' }),
  ];
  const title = heading('Circuit to the payment provider');
  return { height: 94, content: [title, ...drawn, ...kills, ...axis, legend()].join('') };
}

function legend(): string {
  const entries: [State, string][] = [
    ['CLOSED', 'closed'],
    ['OPEN', 'open'],
    ['HALF_OPEN', 'half-open'],
  ];
  return entries
    .map(([state, name], index) => {
      const label = text(index * 100 + 18, 93, name, { size: 12, tone: 'muted' });
      return rect(index * 100, 84, 12, 10, TONES[state]) + label;
    })
    .join('');
}
