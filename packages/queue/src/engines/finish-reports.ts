import type { Clock } from '@holdfast/context/clock';
import type { IQueueBackend } from 'bullmq';

/** By what a worker of BullMQ says how an attempt ended. */
const REPORTS = ['moveToCompleted', 'moveToFailed', 'moveToDelayed', 'retryJob'] as const;
const REPEAT_DELAY_MS = 500;

type Reporter = Pick<IQueueBackend, (typeof REPORTS)[number]>;
type Report = (...args: never[]) => Promise<unknown>;

export interface FinishReportParts {
  /** Whether the store had trouble of its own and may take the same report later. Anything else is for BullMQ to judge. */
  readonly isTrouble: (error: unknown) => boolean;
  readonly clock: Clock;
  readonly onTrouble: (error: Error) => void;
}

/**
 * Repeats what a worker reports of its jobs until the store takes it. BullMQ takes a completion that could not be
 * written for a failure of the processor: it would run a job again that is done, or record it as dead.
 */
export class FinishReports {
  readonly #parts: FinishReportParts;
  readonly #pauses = new Set<() => void>();
  #isOver = false;

  constructor(parts: FinishReportParts) {
    this.#parts = parts;
  }

  guard<Backend extends Reporter>(backend: Backend): Backend {
    for (const name of REPORTS) {
      const report = backend[name].bind(backend) as Report;
      const untilTaken: Report = (...args) => this.#untilTaken(() => report(...args));
      Object.defineProperty(backend, name, { value: untilTaken });
    }
    return backend;
  }

  /** Repeats nothing any more. */
  close(): void {
    this.#isOver = true;
    for (const end of this.#pauses) end();
  }

  async #untilTaken(report: () => Promise<unknown>): Promise<unknown> {
    for (;;) {
      try {
        return await report();
      } catch (error) {
        if (this.#isOver || !this.#parts.isTrouble(error)) throw error;
        this.#parts.onTrouble(error as Error);
        await this.#pause();
      }
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel();
        this.#pauses.delete(end);
        resolve();
      };
      const timer = this.#parts.clock.setTimer(end, REPEAT_DELAY_MS, { keepAlive: true });
      this.#pauses.add(end);
    });
  }
}

interface Reporting {
  emit(event: 'error', error: Error): unknown;
}

/**
 * A worker whose reports are repeated while its store has trouble, which is an `error` event of it each time.
 * @param make makes the worker, with each of its backends given to `guard`
 * @param disconnect ends the worker's connections; repetitions end before
 */
export function repeatReports<W extends Reporting>(
  parts: Omit<FinishReportParts, 'onTrouble'>,
  make: (guard: FinishReports['guard']) => W,
  disconnect: (worker: W) => void,
): { readonly worker: W; readonly disconnect: () => void } {
  const reports = new FinishReports({ ...parts, onTrouble: (error) => worker.emit('error', error) });
  const worker: W = make((backend) => reports.guard(backend));
  return {
    worker,
    disconnect: () => {
      reports.close();
      disconnect(worker);
    },
  };
}
