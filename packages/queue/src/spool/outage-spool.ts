import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Clock, Timer } from '@holdfast/context/clock';
import type { SpoolSnapshot } from '../channels.ts';
import type { JobToStore } from '../engines/engine.ts';
import { loadPeer } from '../engines/load-peer.ts';
import { QueueClosedError } from '../errors.ts';
import { type DrainTarget, drainFile } from './drain.ts';
import { SpoolFile } from './spool-file.ts';
import type { ResolvedSpoolOptions } from './spool-options.ts';
import { SpoolWriter } from './spool-writer.ts';

/** An import of `node:fs` would load its streams, promises and watchers, too. */
const { mkdirSync, readdirSync } = process.getBuiltinModule('node:fs');

const SUFFIX = '.spool';
/** How often a server that is away is tried. */
const TRY_INTERVAL_MS = 500;
/** How often the files of processes that died are looked for. */
const ADOPT_INTERVAL_MS = 30_000;

export interface OutageSpoolParts {
  readonly queueName: string;
  readonly options: ResolvedSpoolOptions;
  readonly clock: Clock;
  readonly target: DrainTarget;
}

/**
 * What a process could not hand over: in a file of its own, so that no process waits for another's lock. It drains its
 * own file and those of processes that are gone.
 */
export class OutageSpool {
  readonly #parts: OutageSpoolParts;
  #opened: Promise<SpoolWriter> | undefined;
  #file: SpoolFile | undefined;
  #writer: SpoolWriter | undefined;
  #adopted: SpoolFile[] = [];
  #draining: Promise<void> | undefined;
  #nextTry: Timer | undefined;
  #nextLook: Timer | undefined;
  #closed = false;

  constructor(parts: OutageSpoolParts) {
    this.#parts = parts;
  }

  /** Opens this process's file and looks for those of others. @throws QueueMissingPeerError, or an error of the disk */
  open(): Promise<SpoolWriter> {
    if (this.#closed) return Promise.reject(new QueueClosedError(this.#parts.queueName));
    if (this.#opened === undefined) {
      const opening = this.#open();
      this.#opened = opening;
      // The next call tries again: the disk may be there by then.
      opening.catch(() => {
        this.#opened = undefined;
      });
    }
    return this.#opened;
  }

  /**
   * Keeps a job until the server takes it; it is on disk when this resolves.
   * @returns whether it was not kept already
   * @throws SpoolFullError, SpoolWriteError, QueueMissingPeerError
   */
  async put(job: JobToStore): Promise<boolean> {
    await this.open();
    // A file that was spent has gone in this moment, perhaps.
    const writer = this.#writer ?? (await this.open());
    const isNew = await writer.put(job.jobId, JSON.stringify(job));
    this.#tryLater();
    return isNew;
  }

  /** The server was seen to answer: what is kept need not wait any longer. */
  serverAnswered(): void {
    if (this.#writer !== undefined && this.#pending()) this.#drain();
  }

  snapshot(): SpoolSnapshot {
    const files = this.#file === undefined ? this.#adopted : [this.#file, ...this.#adopted];
    const totals = files.map((file) => file.totals());
    const oldest = totals.flatMap(({ oldestAt }) => (oldestAt === undefined ? [] : [oldestAt]));
    return {
      queue: this.#parts.queueName,
      jobs: totals.reduce((sum, { jobs }) => sum + jobs, 0),
      bytes: totals.reduce((sum, { bytes }) => sum + bytes, 0),
      oldestJobAgeMs:
        oldest.length === 0 ? 0 : Math.max(0, this.#parts.clock.wallTime() - Math.min(...oldest)),
    };
  }

  /** Writes what waits and lets go of the files; what is in them is drained by the next process. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#nextTry?.cancel();
    this.#nextLook?.cancel();
    await this.#opened?.catch(() => undefined);
    await this.#draining;
    this.#writer?.flush();
    this.#file?.close();
    for (const file of this.#adopted.splice(0)) file.close();
    this.#file = undefined;
    this.#writer = undefined;
  }

  async #open(): Promise<SpoolWriter> {
    const { options, queueName, clock } = this.#parts;
    const { default: Sqlite } = await loadPeer('better-sqlite3', () => import('better-sqlite3'));
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    // First, as a disk that these have filled has no room for another.
    this.#adopt(Sqlite);
    const file = new SpoolFile(Sqlite, join(options.folder, `${process.pid}-${randomUUID()}${SUFFIX}`));
    this.#file = file;
    this.#writer = new SpoolWriter(file, queueName, options, clock);
    return this.#writer;
  }

  /** Takes over the files that no living process owns. */
  #adopt(Sqlite: ConstructorParameters<typeof SpoolFile>[0]): void {
    const { options, clock, target } = this.#parts;
    try {
      const own = new Set([this.#file?.path, ...this.#adopted.map(({ path }) => path)]);
      for (const name of readdirSync(options.folder).sort()) {
        const path = join(options.folder, name);
        if (!name.endsWith(SUFFIX) || own.has(path)) continue;
        const file = openAbandoned(Sqlite, path, target.onTrouble);
        if (file !== undefined) this.#adopted.push(file);
      }
    } catch (error) {
      target.onTrouble(error as Error);
    }
    if (this.#pending()) this.#tryLater();
    this.#nextLook?.cancel();
    this.#nextLook = clock.setTimer(() => this.#adopt(Sqlite), ADOPT_INTERVAL_MS);
  }

  #pending(): boolean {
    return this.#adopted.length > 0 || (this.#writer?.jobs ?? 0) > 0;
  }

  #tryLater(): void {
    if (this.#closed) return;
    this.#nextTry ??= this.#parts.clock.setTimer(() => {
      this.#nextTry = undefined;
      this.#drain();
    }, TRY_INTERVAL_MS);
  }

  #drain(): void {
    if (this.#closed || this.#draining !== undefined) return;
    this.#draining = this.#drainAll()
      .catch((error: unknown) => this.#parts.target.onTrouble(error as Error))
      .finally(() => {
        this.#draining = undefined;
        if (this.#pending()) this.#tryLater();
      });
  }

  async #drainAll(): Promise<void> {
    const goesOn = () => !this.#closed;
    for (const file of this.#adopted) {
      if (!(await drainFile(file, this.#parts.target, goesOn))) return;
      this.#adopted = this.#adopted.filter((other) => other !== file);
      file.close();
    }
    if (this.#file === undefined) return;
    await drainFile(this.#file, this.#parts.target, goesOn);
    this.#replaceSpentFile();
  }

  /** The next `open` makes another one, in the room of this one. */
  #replaceSpentFile(): void {
    if (this.#closed || this.#file?.isSpent !== true || this.#writer?.jobs !== 0) return;
    this.#file.close();
    this.#file = undefined;
    this.#writer = undefined;
    this.#opened = undefined;
  }
}

function openAbandoned(
  Sqlite: ConstructorParameters<typeof SpoolFile>[0],
  path: string,
  onTrouble: (error: Error) => void,
): SpoolFile | undefined {
  try {
    const file = new SpoolFile(Sqlite, path);
    if (file.jobs > 0) return file;
    file.close();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== 'SQLITE_BUSY') onTrouble(error as Error);
  }
  return undefined;
}
