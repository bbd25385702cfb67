import type { Clock, Timer } from '@holdfast/context/clock';
import { warnOnce } from './lost-lines.ts';

/** An import of `node:fs` would load its streams, promises and watchers, too. */
const { closeSync, writeSync } = process.getBuiltinModule('node:fs');

/** Enough for the longest usual line; a longer one is encoded apart. */
const WORKING_BYTES = 65_536;
const FLUSH_INTERVAL_MS = 1000;
/** Request lines are not held any longer once so many bytes wait: a larger write costs no less for each of them. */
const HELD_BYTES = 16_384;
/** How long a full pipe is waited for before the next try. */
const BUSY_WAIT_MS = 5;

const open = new Set<BufferedFile>();

export interface BufferedFileOptions {
  readonly bufferBytes: number;
  /** How long a line of `writeHeld` may wait; 0: until this turn of the event loop ends. */
  readonly holdMs: number;
  readonly clock: Clock;
  /** Whether `close()` closes the descriptor too. */
  readonly ownsFd: boolean;
}

/**
 * Lines on their way to a file descriptor, encoded into one buffer that is used again, in the order in which they
 * came. With `bufferBytes` 0 each line is written before `write` returns, those of `writeSoon` together at the end
 * of this turn of the event loop, and those of `writeHeld` some milliseconds later; else what waits is written when
 * full, each second and at exit.
 * Writing is always synchronous, so nothing is in flight when the process ends.
 */
export class BufferedFile {
  readonly #fd: number;
  readonly #options: BufferedFileOptions;
  readonly #buffer: Buffer;
  #used = 0;
  #broken = false;
  #timer: NodeJS.Timeout | undefined;
  #hold: Timer | undefined;
  #flushesThisTurn = false;

  constructor(fd: number, options: BufferedFileOptions) {
    this.#fd = fd;
    this.#options = options;
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(WORKING_BYTES, options.bufferBytes));
    if (options.bufferBytes > 0) this.#flushAtExit();
  }

  write(line: string): void {
    this.#append(line);
    if (this.#used >= this.#options.bufferBytes) this.flushSync();
    else this.#timer ??= setTimeout(() => this.flushSync(), FLUSH_INTERVAL_MS).unref();
  }

  /** For a line of which there may be many in one turn; a line of `write` takes it along. */
  writeSoon(line: string): void {
    if (this.#options.bufferBytes > 0) {
      this.write(line);
      return;
    }
    this.#append(line);
    if (!this.#flushesThisTurn) this.#flushAfterThisTurn();
  }

  /** For a line of which there may be many in each turn; any line of another kind takes it along. */
  writeHeld(line: string): void {
    if (this.#options.bufferBytes > 0 || this.#options.holdMs === 0) {
      this.writeSoon(line);
      return;
    }
    this.#append(line);
    if (this.#used >= HELD_BYTES) this.flushSync();
    else if (this.#hold === undefined) this.#startHold();
  }

  /** A flush in between does not cancel it: one timer for each flush would cost more than one that finds nothing. */
  #startHold(): void {
    const { clock, holdMs } = this.#options;
    this.#flushAtExit();
    this.#hold = clock.setTimer(() => {
      this.#hold = undefined;
      this.flushSync();
    }, holdMs);
  }

  #flushAfterThisTurn(): void {
    this.#flushesThisTurn = true;
    this.#flushAtExit();
    setImmediate(() => {
      this.#flushesThisTurn = false;
      this.flushSync();
    });
  }

  #append(line: string): void {
    const { length: capacity } = this.#buffer;
    // A UTF-16 unit takes at most 3 bytes, so most lines need no second look at their length.
    if (this.#used + line.length * 3 > capacity) {
      const bytes = Buffer.byteLength(line);
      if (this.#used + bytes > capacity) this.flushSync();
      if (bytes > capacity) {
        const whole = Buffer.from(line);
        this.#writeAll(whole, whole.length);
        return;
      }
    }
    this.#used += this.#buffer.write(line, this.#used);
  }

  flushSync(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const bytes = this.#used;
    this.#used = 0;
    if (bytes > 0) this.#writeAll(this.#buffer, bytes);
  }

  flush(): Promise<void> {
    this.flushSync();
    return Promise.resolve();
  }

  /** Lines written after the file was closed are dropped: its number may belong to another file by then. */
  close(): Promise<void> {
    this.flushSync();
    if (this.#options.ownsFd && !this.#broken) closeSync(this.#fd);
    if (this.#options.ownsFd) {
      this.#hold?.cancel();
      this.#hold = undefined;
      this.#broken = true;
      open.delete(this);
      if (open.size === 0) process.off('exit', flushAll);
    }
    return Promise.resolve();
  }

  #writeAll(buffer: Buffer, bytes: number): void {
    let written = 0;
    while (written < bytes && !this.#broken) {
      try {
        written += writeSync(this.#fd, buffer, written, bytes - written);
      } catch (error) {
        if (!this.#mayRetry(error)) return;
      }
    }
  }

  #mayRetry(error: unknown): boolean {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EAGAIN') {
      // A non-blocking pipe whose reader is slow: waiting is what a blocking pipe would have done.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_WAIT_MS);
      return true;
    }
    // Nobody reads any more, and nobody will.
    if (code === 'EPIPE') this.#broken = true;
    else warnOnce(error);
    return false;
  }

  #flushAtExit(): void {
    if (open.has(this)) return;
    if (open.size === 0) process.on('exit', flushAll);
    open.add(this);
  }
}

function flushAll(): void {
  for (const file of open) file.flushSync();
}
