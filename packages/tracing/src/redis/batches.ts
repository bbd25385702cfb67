import type { CommandObserver, RunningOperation } from './command-observer.ts';
import { operationOf, type PipelineStream, type RedisCommandLike } from './redis-client.ts';

/** What the commands of one pipeline have in common. */
interface Batch {
  readonly operation: RunningOperation;
  commands: number;
  pending: number;
  failure: unknown;
}

/**
 * One span for all commands of a pipeline or a transaction, from the first that is sent to the last answer; durations
 * are still told command by command. All of them are sent in one go, with the same stream object.
 */
export class Batches {
  readonly #observer: CommandObserver;
  readonly #batches = new WeakMap<PipelineStream, Batch>();

  constructor(observer: CommandObserver) {
    this.#observer = observer;
  }

  begin(stream: PipelineStream, command: RedisCommandLike): RunningOperation {
    const name = operationOf(command);
    const batch = this.#batches.get(stream) ?? this.#open(stream, name);
    // MULTI and EXEC hold a transaction together, they are none of its commands.
    if (name !== 'MULTI' && name !== 'EXEC') batch.commands += 1;
    batch.pending += 1;
    const one = this.#observer.withoutSpan(name);
    return {
      span: undefined,
      finish: (error) => {
        one.finish(error);
        batch.failure ??= error;
        batch.pending -= 1;
        if (batch.pending > 0) return;
        batch.operation.span?.setAttribute('db.operation.batch.size', batch.commands);
        batch.operation.finish(batch.failure);
      },
    };
  }

  #open(stream: PipelineStream, first: string): Batch {
    const operation = this.#observer.begin({
      operation: first === 'MULTI' ? 'MULTI' : 'PIPELINE',
      silent: true,
    });
    const batch = { operation, commands: 0, pending: 0, failure: undefined };
    this.#batches.set(stream, batch);
    return batch;
  }
}
