import type { LiveFigures } from './live-figures.ts';
import type { Style } from './report/style.ts';
import { formatCount } from './report/style.ts';

/** Shows how a run goes: one block that is drawn over on a terminal, plain lines elsewhere. */
export interface Progress {
  /** Something happened that is worth a line of its own. */
  note(text: string): void;
  show(figures: LiveFigures): void;
  end(): void;
}

export interface ProgressStream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** How often a plain line is written, in ms. */
const PLAIN_INTERVAL_MS = 2000;
const BAR_WIDTH = 40;
const CLEAR_LINE = '\r\u001b[2K';

/** @param total events that are to be accepted */
export function createProgress(stream: ProgressStream, total: number, style: Style): Progress {
  const startedAt = performance.now();
  const stamp = () => `${((performance.now() - startedAt) / 1000).toFixed(1).padStart(5)} s`;
  return stream.isTTY === true ? liveProgress(stream, total, style, stamp) : plainProgress(stream, stamp);
}

function liveProgress(stream: ProgressStream, total: number, style: Style, stamp: () => string): Progress {
  let drawn = false;
  const erase = () => {
    if (drawn) stream.write(`${CLEAR_LINE}\u001b[1A${CLEAR_LINE}`);
    drawn = false;
  };
  return {
    note: (text) => {
      erase();
      stream.write(`${style.dim(stamp())}  ${text}\n`);
    },
    show: (figures) => {
      erase();
      const filled = Math.round(
        (Math.min(figures.done + figures.dead, total) / Math.max(1, total)) * BAR_WIDTH,
      );
      const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
      stream.write(
        `${style.dim(stamp())}  ${style.green(bar)}  circuit ${circuit(figures.circuit, style)}\n`,
      );
      // A line that wraps could not be erased again.
      stream.write(`  ${figureLine(figures)}`.slice(0, (stream.columns ?? 100) - 1));
      drawn = true;
    },
    end: erase,
  };
}

function plainProgress(stream: ProgressStream, stamp: () => string): Progress {
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    note: (text) => void stream.write(`${stamp()}  ${text}\n`),
    show: (figures) => {
      if (performance.now() - shownAt < PLAIN_INTERVAL_MS) return;
      shownAt = performance.now();
      stream.write(`${stamp()}  ${figureLine(figures)}  circuit ${figures.circuit}\n`);
    },
    end: () => {},
  };
}

function figureLine({ sent, accepted, done, retried, dead, active, waiting }: LiveFigures): string {
  const parts = { sent, accepted, done, retried, dead, active, waiting };
  return Object.entries(parts)
    .map(([name, count]) => `${name} ${formatCount(count)}`)
    .join('  ');
}

function circuit(state: string, style: Style): string {
  if (state === 'CLOSED') return style.green(state);
  return state === 'HALF_OPEN' ? style.yellow(state) : style.red(state);
}
