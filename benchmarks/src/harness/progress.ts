import type { WriteStream } from 'node:tty';

/** Tells the person who waits what is being measured; always on standard error. */
export interface Progress {
  /** What is under way: one line that is overwritten on a terminal, and a line of its own elsewhere. */
  step(text: string): void;
  /** A line that stays. */
  note(text: string): void;
  /** Clears the line that is under way. */
  done(): void;
}

const ERASE_LINE = '\r\u001b[2K';

export function createProgress(stream: WriteStream = process.stderr): Progress {
  const live = stream.isTTY === true;
  let last = '';
  return {
    step: (text) => {
      if (text === last) return;
      last = text;
      stream.write(live ? `${ERASE_LINE}${text.slice(0, stream.columns - 1)}` : `${text}\n`);
    },
    note: (text) => void stream.write(`${live ? ERASE_LINE : ''}${text}\n`),
    done: () => {
      last = '';
      if (live) stream.write(ERASE_LINE);
    },
  };
}
