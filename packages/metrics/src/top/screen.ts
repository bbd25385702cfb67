import type { WriteStream } from 'node:tty';

/** A terminal that is drawn on in place, and given back as it was. */
export interface Screen {
  draw(lines: readonly string[]): void;
  close(): void;
}

const ESC = '\u001b';
const OPEN = `${ESC}[?1049h${ESC}[?25l`;
const CLOSE = `${ESC}[?25h${ESC}[?1049l`;
const HOME = `${ESC}[H`;
const REST_OF_LINE = `${ESC}[K`;
const REST_OF_SCREEN = `${ESC}[J`;

export function openScreen(terminal: Pick<WriteStream, 'write'>): Screen {
  let isOpen = true;
  terminal.write(OPEN);
  return {
    // One write, and no clearing before it: nothing flickers.
    draw: (lines) => {
      if (isOpen)
        terminal.write(
          `${HOME}${lines.map((line) => `${line}${REST_OF_LINE}`).join('\r\n')}${REST_OF_SCREEN}`,
        );
    },
    close: () => {
      if (isOpen) terminal.write(CLOSE);
      isOpen = false;
    },
  };
}
