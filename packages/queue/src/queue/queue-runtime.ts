import { publish, type QueueSnapshot, type QueueTrouble, troubleChannel } from '../channels.ts';
import type { DeadLetters } from '../dead-letters/dead-letters.ts';
import { deadLettersOnDemand } from '../dead-letters/dead-letters-on-demand.ts';
import type { OpenDeadLetters } from '../dead-letters/open-dead-letters.ts';
import type { QueueEngine } from '../engines/engine.ts';
import { createEngineAccess, type EngineAccess } from '../engines/engine-access.ts';
import { openEngine } from '../engines/open.ts';
import { QueueClosedError, WorkerStartError } from '../errors.ts';
import type { ResolvedOptions } from '../options.ts';
import { OutageSpool } from '../spool/outage-spool.ts';
import type { QueueJob } from '../worker/attempt.ts';
import type { JobWorker, WorkerParts } from '../worker/job-worker.ts';
import { type ProcessingStats, ProcessingTotals } from '../worker/processing-totals.ts';
import { createProducer, type Producer } from './producer.ts';
import { answerCollect, snapshot } from './snapshot.ts';

/** What every kind of queue is made of. */
export interface QueueRuntime<Data> {
  /** @throws QueueClosedError */
  producer(): Producer;
  /** Resolves when the engine has answered. @throws QueueUnavailableError */
  ready(): Promise<void>;
  startWorker(processor: (input: QueueJob<Data>) => unknown): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  obliterate(): Promise<void>;
  snapshot(): Promise<QueueSnapshot>;
  processing(): ProcessingStats;
  readonly deadLetters: DeadLetters<Data>;
  /** Tells of trouble outside of any call. */
  report(error: Error): void;
  close(): Promise<void>;
}

export function openQueue<Data>(options: ResolvedOptions): QueueRuntime<Data> {
  return new Runtime<Data>(options);
}

class Runtime<Data> implements QueueRuntime<Data> {
  readonly #deadLetters: OpenDeadLetters<Data>;
  readonly #options: ResolvedOptions;
  readonly #access: EngineAccess<Data>;
  readonly #producer: Producer;
  readonly #spool: OutageSpool | undefined;
  readonly #totals = new ProcessingTotals();
  readonly #stopAnswering: () => void;
  #opened: Promise<QueueEngine<Data>> | undefined;
  #engine: QueueEngine<Data> | undefined;
  #worker: Promise<JobWorker> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ResolvedOptions) {
    this.#options = options;
    this.#access = createEngineAccess(
      () => this.#open(),
      () => this.#engine,
      options,
    );
    this.#spool = options.whenUnavailable === 'spool' ? this.#createSpool() : undefined;
    this.#producer = createProducer(this.#access, this.#spool, options);
    this.#deadLetters = deadLettersOnDemand(this.#access, options, (error) => this.report(error));
    const spool = this.#spool;
    this.#stopAnswering = answerCollect({
      depth: () => this.snapshot(),
      spool: spool === undefined ? undefined : () => spool.snapshot(),
    });
    // Opened at once, so that the first enqueue need not wait; a failure shows in what needs the engine.
    this.#open().catch(() => {});
    this.#spool?.open().catch((error: unknown) => this.report(error as Error));
  }

  get deadLetters(): DeadLetters<Data> {
    return this.#deadLetters.letters;
  }

  producer(): Producer {
    this.#refuseWhenClosed();
    return this.#producer;
  }

  ready(): Promise<void> {
    return this.#access.use((engine) => engine.ping());
  }

  async startWorker(processor: (input: QueueJob<Data>) => unknown): Promise<void> {
    this.#refuseWhenClosed();
    if (this.#worker !== undefined) {
      throw new WorkerStartError(
        'startWorker() was called twice. One queue has one worker: raise its concurrency.',
      );
    }
    const parts = {
      options: this.#options,
      processor,
      totals: this.#totals,
      onTrouble: (error: Error) => this.report(error),
    };
    const worker = this.#startWorker(parts);
    this.#worker = worker;
    try {
      await worker;
      await this.#deadLetters.startExpiry();
    } catch (error) {
      this.#worker = undefined;
      throw error;
    }
  }

  /** A process that only adds jobs never loads a worker. */
  async #startWorker(parts: WorkerParts<Data>): Promise<JobWorker> {
    const [engine, { startJobWorker }] = await Promise.all([this.#open(), import('../worker/job-worker.ts')]);
    return startJobWorker(engine, parts);
  }

  async pause(): Promise<void> {
    await (await this.#worker)?.pause();
  }

  async resume(): Promise<void> {
    await (await this.#worker)?.resume();
  }

  obliterate(): Promise<void> {
    return this.#access.use(({ queue }) => queue.obliterate({ force: true }));
  }

  snapshot(): Promise<QueueSnapshot> {
    const spooled = this.#spool?.snapshot().jobs ?? 0;
    return this.#access.use((engine) => snapshot(engine, spooled, this.#options.clock.wallTime()));
  }

  processing(): ProcessingStats {
    return this.#totals.stats();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#stopAnswering();
    const worker = await this.#worker?.catch(() => undefined);
    await worker?.close();
    await this.#spool?.close();
    await this.#deadLetters.close();
    const engine = await this.#opened?.catch(() => undefined);
    await engine?.close();
  }

  #open(): Promise<QueueEngine<Data>> {
    if (this.#opened === undefined) {
      if (this.#closing !== undefined) return Promise.reject(new QueueClosedError(this.#options.queueName));
      const opening = this.#openEngine();
      this.#opened = opening;
      // The next call tries again: a database that was locked may be free by then.
      opening.catch(() => {
        this.#opened = undefined;
      });
    }
    return this.#opened;
  }

  async #openEngine(): Promise<QueueEngine<Data>> {
    const engine = await openEngine<Data>(this.#options);
    engine.queue.on('error', (error) => this.report(error));
    this.#engine = engine;
    return engine;
  }

  #createSpool(): OutageSpool {
    const access = this.#access;
    return new OutageSpool({
      queueName: this.#options.queueName,
      options: this.#options.spool,
      clock: this.#options.clock,
      target: {
        store: (job) => access.use((engine) => engine.store(job)),
        onTrouble: (error) => this.report(error),
      },
    });
  }

  report(error: Error): void {
    publish<QueueTrouble>(troubleChannel, () => ({ queue: this.#options.queueName, error }));
    this.#options.onError?.(error);
  }

  #refuseWhenClosed(): void {
    if (this.#closing !== undefined) throw new QueueClosedError(this.#options.queueName);
  }
}
