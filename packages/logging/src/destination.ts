import { isatty } from 'node:tty';
import { type Clock, systemClock } from '@holdfast/context/clock';
import { BufferedFile } from './buffered-file.ts';
import { LoggingOptionError } from './errors.ts';
import { warnOnce } from './lost-lines.ts';
import { prettyLine } from './pretty.ts';
import { escapeControls } from './text.ts';

/** An import of `node:fs` would load its streams, promises and watchers, too. */
const { openSync } = process.getBuiltinModule('node:fs');

/** Anything that takes a line: a Writable, or an object with `write`. */
/** A stream of your own to write to. */
export interface LineStream {
  /** Takes one line of JSON with its line feed. */
  write(line: string): unknown;
  /** Called by `logger.flush()`; the callback says when every line has arrived. */
  flush?(callback: (error?: Error | null) => void): void;
}

/** Where lines go: a stream of the process, a file that is appended to, or anything with `write(line)`. */
export type Destination = 'stdout' | 'stderr' | { readonly file: string } | LineStream;

interface LineTarget {
  write(line: string): void;
  /** At the latest when this turn of the event loop ends, and before any later line. */
  writeSoon(line: string): void;
  /** At the latest some milliseconds later, and before any later line. */
  writeHeld(line: string): void;
  flushSync(): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Where pino and the request log both write. Never throws. */
export interface Sink extends Omit<LineTarget, 'writeSoon' | 'writeHeld'> {
  /** For a line in which every control character is escaped already; at the latest when this turn ends. */
  readonly writeCleanSoon: (line: string) => void;
  /** The same, at the latest after `requestHoldMs`. */
  readonly writeCleanHeld: (line: string) => void;
}

export interface SinkOptions {
  readonly destination: Destination;
  readonly format: 'auto' | 'json' | 'pretty';
  readonly bufferBytes: number;
  readonly requestHoldMs: number;
  readonly clock: Clock;
}

export function isLineStream(destination: unknown): destination is LineStream {
  return (
    typeof destination === 'object' &&
    destination !== null &&
    'write' in destination &&
    typeof destination.write === 'function'
  );
}

export function openSink(options: SinkOptions): Sink {
  const { destination, format } = options;
  if (isLineStream(destination)) return decorate(streamSink(destination), format === 'pretty', false);
  if (typeof destination === 'object')
    return decorate(fileSink(destination.file, options), format === 'pretty', false);
  const fd = destination === 'stdout' ? 1 : 2;
  const terminal = isatty(fd);
  const pretty = format === 'pretty' || (format === 'auto' && terminal);
  return decorate(standardSink(fd, options), pretty, terminal && !process.env['NO_COLOR']);
}

function decorate(target: LineTarget, pretty: boolean, color: boolean): Sink {
  const shown = pretty ? (line: string) => prettyLine(line, { color }) : (line: string) => line;
  return {
    write: (line) => target.write(shown(escapeControls(line))),
    writeCleanSoon: (line) => target.writeSoon(shown(line)),
    writeCleanHeld: (line) => target.writeHeld(shown(line)),
    flushSync: () => target.flushSync(),
    flush: () => target.flush(),
    close: () => target.close(),
  };
}

function fileSink(path: string, { bufferBytes, requestHoldMs: holdMs, clock }: SinkOptions): LineTarget {
  try {
    return new BufferedFile(openSync(path, 'a'), { bufferBytes, holdMs, clock, ownsFd: true });
  } catch (cause) {
    throw new LoggingOptionError(
      'destination',
      `createLogger: the log file ${JSON.stringify(path)} cannot be opened. Check that its folder exists and is writable.`,
      { cause },
    );
  }
}

const standardStreams = new Map<string, BufferedFile>();

/** One buffer for all loggers that write to the same stream in the same way, so that their lines stay in order. */
function standardSink(fd: 1 | 2, { bufferBytes, requestHoldMs: holdMs }: SinkOptions): LineTarget {
  const key = `${fd}/${bufferBytes}/${holdMs}`;
  const shared = { bufferBytes, holdMs, clock: systemClock, ownsFd: false };
  const sink = standardStreams.get(key) ?? new BufferedFile(fd, shared);
  standardStreams.set(key, sink);
  return sink;
}

function streamSink(stream: LineStream): LineTarget {
  const flush = () =>
    new Promise<void>((resolve) => {
      try {
        if (stream.flush !== undefined) stream.flush(() => resolve());
        else if (isDraining(stream)) stream.once('drain', resolve);
        else resolve();
      } catch {
        resolve();
      }
    });
  const write = (line: string) => {
    try {
      stream.write(line);
    } catch (error) {
      warnOnce(error);
    }
  };
  return {
    write,
    writeSoon: write,
    writeHeld: write,
    flushSync: () => undefined,
    flush,
    close: flush,
  };
}

interface Draining {
  once(event: 'drain', listener: () => void): unknown;
}

function isDraining(stream: object): stream is Draining {
  return 'writableNeedDrain' in stream && stream.writableNeedDrain === true;
}
