import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

// Kept from before anyone can replace the timers of the process: these are not the application's.
const { clearInterval, clearTimeout, setInterval, setTimeout } = globalThis;

/**
 * The file system reports a write before it is forced to the disk, and only then is the commit visible to other
 * connections. So a look is taken at once and again after each of these pauses, until one sees the commit: together
 * 55 ms, within which a disk that is not overloaded answers.
 */
const PAUSES_MS = [1, 1, 1, 2, 2, 3, 5, 8, 12, 20];

/** Where the folder cannot be watched, polling is all there is. */
const UNWATCHED_POLL_MS = 20;

/** Calls `look`, which says whether there was something to see, soon after another process may have written to the file, and in any case every `pollIntervalMs`. */
export class FileWatch {
  readonly #file: string;
  readonly #pollIntervalMs: number;
  readonly #look: () => boolean;
  #watcher: FSWatcher | undefined;
  #poll: NodeJS.Timeout | undefined;
  #second: NodeJS.Timeout | undefined;
  /** A write was reported while the second looks were under way. */
  #again = false;

  constructor(file: string, pollIntervalMs: number, look: () => boolean) {
    this.#file = file;
    this.#pollIntervalMs = pollIntervalMs;
    this.#look = look;
  }

  start(): void {
    if (this.#poll !== undefined || this.#file === '') return;
    this.#watcher ??= this.#openWatcher();
    const everyMs = this.#watcher === undefined ? UNWATCHED_POLL_MS : this.#pollIntervalMs;
    this.#poll = setInterval(this.#look, everyMs);
    this.#poll.unref();
  }

  /** Stops looking; the watcher itself is kept for the next start, since opening it costs more than keeping it. */
  stop(): void {
    clearInterval(this.#poll);
    clearTimeout(this.#second);
    this.#poll = undefined;
    this.#second = undefined;
    this.#again = false;
  }

  close(): void {
    this.stop();
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #openWatcher(): FSWatcher | undefined {
    const name = basename(this.#file);
    try {
      const watcher = watch(dirname(this.#file), { persistent: false }, (_event, changed) => {
        if (changed === null || changed.startsWith(name)) this.#changed();
      });
      watcher.on('error', () => {
        watcher.close();
        this.#watcher = undefined;
        if (this.#poll === undefined) return;
        this.stop();
        this.start();
      });
      return watcher;
    } catch {
      return undefined;
    }
  }

  #changed(): void {
    if (this.#poll === undefined) return;
    if (this.#second !== undefined) {
      this.#again = true;
      return;
    }
    if (!this.#look()) this.#lookAgain(0);
  }

  #lookAgain(step: number): void {
    const pauseMs = PAUSES_MS[step];
    if (pauseMs === undefined) return;
    this.#second = setTimeout(() => {
      this.#second = undefined;
      const seen = this.#look();
      // A write that was reported meanwhile has looks of its own, from the first.
      const next = this.#again ? 0 : step + 1;
      if (this.#poll !== undefined && (this.#again || !seen)) this.#lookAgain(next);
      this.#again = false;
    }, pauseMs);
    this.#second.unref();
  }
}
