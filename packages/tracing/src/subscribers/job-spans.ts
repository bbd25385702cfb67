import type { EnqueueOperation, ProcessOperation } from '@holdfast/queue';
import { PreparedAttributes } from '../prepared-attributes.ts';

/** What the spans of one kind of job have in common. */
export interface JobSpan {
  readonly engine: string;
  readonly name: string;
  readonly prepared: PreparedAttributes;
}

/** A job is named by the kind of event that it carries, which the sender chooses: beyond this many we begin anew. */
const MAX_JOB_NAMES = 256;

/**
 * Name and attributes that the spans of one queue and job name share, prepared once.
 * @see https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 */
export class JobSpans {
  readonly #verb: string;
  readonly #operationName: string;
  readonly #operationType: string;
  readonly #ofQueue = new Map<string, Map<string, JobSpan>>();
  #size = 0;

  constructor(verb: string, operationName: string, operationType: string) {
    this.#verb = verb;
    this.#operationName = operationName;
    this.#operationType = operationType;
  }

  of(operation: EnqueueOperation | ProcessOperation): JobSpan {
    const known = this.#ofQueue.get(operation.queue)?.get(operation.jobName);
    return known !== undefined && known.engine === operation.engine ? known : this.#prepare(operation);
  }

  #prepare({ queue, jobName, engine }: EnqueueOperation | ProcessOperation): JobSpan {
    const prepared = new PreparedAttributes({
      'messaging.system': 'bullmq',
      'messaging.destination.name': queue,
      'messaging.operation.name': this.#operationName,
      'messaging.operation.type': this.#operationType,
      'holdfast.queue.job_name': jobName,
      'holdfast.queue.engine': engine,
    });
    const made = { engine, name: `${this.#verb} ${queue}`, prepared };
    this.#keep(queue, jobName, made);
    return made;
  }

  #keep(queue: string, jobName: string, made: JobSpan): void {
    if (this.#size >= MAX_JOB_NAMES) {
      this.#ofQueue.clear();
      this.#size = 0;
    }
    let names = this.#ofQueue.get(queue);
    if (names === undefined) this.#ofQueue.set(queue, (names = new Map()));
    if (!names.has(jobName)) this.#size += 1;
    names.set(jobName, made);
  }
}
