import type { EngineJob, EngineQueue } from '../engines/engine.ts';
import type { EngineAccess } from '../engines/engine-access.ts';
import type { ScanOrder, ScanPosition } from './scan-position.ts';

/** A failed job and its rank in the order of the scan when it was read. */
export interface Ranked<Data> {
  readonly job: EngineJob<Data>;
  readonly rank: number;
}

/**
 * Walks over BullMQ's failed jobs in the order in which they failed, while others add and remove some. Each that is
 * there from the beginning to the end is met exactly once: the place is remembered by time and ids, and the rank is
 * only where it is looked for first. Costs two reads for a chunk, or as many as a binary search needs.
 */
export class FailedScan<Data> {
  readonly #access: EngineAccess<Data>;
  readonly #order: ScanOrder;
  readonly #position: ScanPosition;

  constructor(access: EngineAccess<Data>, position: ScanPosition) {
    this.#access = access;
    this.#order = position.order;
    this.#position = position;
  }

  /** The next jobs, at least one and `size` at most, or none at the end. */
  async next(size: number): Promise<readonly Ranked<Data>[]> {
    let start = await this.#access.use(({ queue }) => this.#locate(queue));
    for (;;) {
      const from = start;
      const { read, jobs } = await this.#access.use(({ queue }) => this.#read(queue, from, size));
      if (read === 0) return [];
      const fresh = jobs.filter(({ job }) => this.#position.isAhead(job));
      if (fresh.length > 0) {
        for (const { job, rank } of fresh) this.#position.pass(job, rank);
        return fresh;
      }
      start += read;
    }
  }

  async #read(
    queue: EngineQueue<Data>,
    start: number,
    size: number,
  ): Promise<{ read: number; jobs: Ranked<Data>[] }> {
    const ids = await queue.getRanges(['failed'], start, start + size - 1, this.#order === 'oldest');
    const found = await Promise.all(ids.map((id) => queue.getJob(id)));
    const jobs = found.flatMap((job, index) =>
      job?.finishedOn === undefined || job.finishedOn === null ? [] : [{ job, rank: start + index }],
    );
    return { read: ids.length, jobs };
  }

  /** A rank that no job ahead of the position comes before. */
  async #locate(queue: EngineQueue<Data>): Promise<number> {
    if (this.#position.isStart) return 0;
    const { rank } = this.#position;
    if (rank !== undefined) {
      const [last] = (await this.#read(queue, rank, 1)).jobs;
      if (last !== undefined && this.#position.isLast(last.job)) return rank + 1;
    }
    let low = 0;
    let high = await queue.getJobCountByTypes('failed');
    while (low < high) {
      const middle = (low + high) >>> 1;
      // One that vanished under the look-up sends it towards the front, where it can only find too much.
      const [probe] = (await this.#read(queue, middle, 1)).jobs;
      if (probe === undefined || this.#position.hasReached(probe.job)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
