import type { Clock } from '@holdfast/context/clock';
import { SpoolFullError, SpoolWriteError } from '../errors.ts';
import { isDiskFull, type NewSpooledJob, type SpoolFile } from './spool-file.ts';
import type { ResolvedSpoolOptions } from './spool-options.ts';

/** When whoever was refused may come back. */
const RETRY_AFTER_MS = 5000;

interface Waiting extends NewSpooledJob {
  readonly resolve: (isNew: boolean) => void;
  readonly reject: (error: Error) => void;
}

/** Writes to this process's file. What is put in one turn of the event loop is one transaction, one wait for the disk. */
export class SpoolWriter {
  readonly #file: SpoolFile;
  readonly #queueName: string;
  readonly #limits: Pick<ResolvedSpoolOptions, 'maxJobs' | 'maxBytes'>;
  readonly #clock: Clock;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;

  constructor(file: SpoolFile, queueName: string, limits: ResolvedSpoolOptions, clock: Clock) {
    this.#file = file;
    this.#queueName = queueName;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Those that are on their way to the disk too. */
  get jobs(): number {
    return this.#file.jobs + this.#waiting.length;
  }

  /**
   * @returns whether it was not there already; resolves when it is on disk
   * @throws SpoolFullError, SpoolWriteError
   */
  put(jobId: string, job: string): Promise<boolean> {
    const bytes = Buffer.byteLength(job) + Buffer.byteLength(jobId);
    const { maxJobs, maxBytes } = this.#limits;
    if (this.#file.jobs + this.#waiting.length >= maxJobs)
      return Promise.reject(this.#full(`it holds ${maxJobs} jobs (spool.maxJobs)`));
    if (this.#file.bytes + this.#waitingBytes + bytes > maxBytes) {
      return Promise.reject(this.#full(`it may hold ${maxBytes} bytes (spool.maxBytes)`));
    }
    this.#waitingBytes += bytes;
    return new Promise((resolve, reject) => {
      const waiting = { jobId, bytes, at: this.#clock.wallTime(), job };
      if (this.#waiting.push({ ...waiting, resolve, reject }) === 1) setImmediate(() => this.flush());
    });
  }

  /** Writes what waits, now. */
  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (waiting.length === 0) return;
    try {
      const isNew = this.#file.put(waiting.map(({ jobId, bytes, at, job }) => ({ jobId, bytes, at, job })));
      for (const [index, { resolve }] of waiting.entries()) resolve(isNew[index] === true);
    } catch (cause) {
      const error = isDiskFull(cause)
        ? this.#full('the disk has no room', { cause })
        : new SpoolWriteError(this.#queueName, RETRY_AFTER_MS, { cause });
      for (const { reject } of waiting) reject(error);
    }
  }

  #full(what: string, options?: ErrorOptions): SpoolFullError {
    return new SpoolFullError(this.#queueName, what, RETRY_AFTER_MS, options);
  }
}
