import { warnOnce } from './lost-lines.ts';

/** An import of `node:fs` would load its streams, promises and watchers, too. */
const { closeSync, writeSync } = process.getBuiltinModule('node:fs');

/** Enough for the longest usual line; a longer one is encoded apart. */
const WORKING_BYTES = 65_536;
const FLUSH_INTERVAL_MS = 1000;
/** How long a full pipe is waited for before the next try. */
const BUSY_WAIT_MS = 5;

const open = new Set<BufferedFile>();

/**
 * Lines on their way to a file descriptor, encoded into one buffer that is used again, in the order in which they
 * came. With `bufferBytes` 0 each line is written before `write` returns, and those of `writeSoon` together at the end
 * of this turn of the event loop; else what waits is written when full, each second and at exit.
 * Writing is always synchronous, so nothing is in flight when the process ends.
 */
export class BufferedFile {
  readonly #fd: number;
  readonly #bufferBytes: number;
  readonly #buffer: Buffer;
  #used = 0;
  #broken = false;
  readonly #ownsFd: boolean;
  #timer: NodeJS.Timeout | undefined;
  #flushesThisTurn = false;

  /** @param ownsFd whether `close()` closes the descriptor too */
  constructor(fd: number, bufferBytes: number, ownsFd: boolean) {
    this.#fd = fd;
    this.#ownsFd = ownsFd;
    this.#bufferBytes = bufferBytes;
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(WORKING_BYTES, bufferBytes));
    if (bufferBytes > 0) this.#flushAtExit();
  }

  write(line: string): void {
    this.#append(line);
    if (this.#used >= this.#bufferBytes) this.flushSync();
    else this.#timer ??= setTimeout(() => this.flushSync(), FLUSH_INTERVAL_MS).unref();
  }

  /** For a line of which there may be many in one turn; a line of `write` takes it along. */
  writeSoon(line: string): void {
    if (this.#bufferBytes > 0) {
      this.write(line);
      return;
    }
    this.#append(line);
    if (!this.#flushesThisTurn) this.#flushAfterThisTurn();
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
    if (this.#ownsFd && !this.#broken) closeSync(this.#fd);
    if (this.#ownsFd) {
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
