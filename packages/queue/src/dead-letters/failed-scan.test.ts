import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QueueEngine } from '../engines/engine.ts';
import type { EngineAccess } from '../engines/engine-access.ts';
import { FailedScan } from './failed-scan.ts';
import { readPage } from './page.ts';
import { ScanPosition } from './scan-position.ts';

interface Place {
  readonly id: string;
  readonly finishedOn: number;
}

/**
 * The order in which every engine keeps its failed jobs, and nothing else: many that failed in one millisecond, which
 * no real engine gives on demand. The tests on real engines are in test/dead-letters.
 */
class FailedJobs {
  #places: Place[] = [];

  readonly access = {
    use: <T>(work: (engine: QueueEngine<unknown>) => Promise<T>) =>
      work({
        queue: {
          getJobCountByTypes: async () => this.#places.length,
          getRanges: async (_types: unknown, start: number, end: number, ascending: boolean) =>
            (ascending ? this.#places : this.#places.toReversed()).slice(start, end + 1).map(({ id }) => id),
          getJob: async (id: string) => {
            const place = this.#places.find((one) => one.id === id);
            return place && { ...place, name: 'x', opts: {}, failedReason: 'x', stacktrace: [], progress: 0 };
          },
        },
      } as unknown as QueueEngine<unknown>),
  } as EngineAccess<unknown>;

  add(...places: Place[]): void {
    const byTime = (a: Place, b: Place) => a.finishedOn - b.finishedOn || (a.id < b.id ? -1 : 1);
    this.#places = [...this.#places, ...places].sort(byTime);
  }

  remove(ids: ReadonlySet<string>): void {
    this.#places = this.#places.filter(({ id }) => !ids.has(id));
  }
}

/** Deaths in few milliseconds: most share theirs with others. */
const deaths = fc
  .array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 40 })
  .map((times) => times.map((at, index) => ({ id: `j${index}`, finishedOn: 100 + at })));
const seeds = fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 20 });

/** Takes some of the jobs away and lets later ones die. @returns those taken away */
function disturb(jobs: FailedJobs, all: readonly Place[], seed: number, ascending: boolean): Set<string> {
  const gone = new Set(all.filter((_, index) => (index * 7 + seed) % 5 === 0).map(({ id }) => id));
  jobs.remove(gone);
  // On the side of the order that the walk has behind it.
  jobs.add({ id: `new${seed}-${Math.random()}`, finishedOn: ascending ? 1 : 1000 });
  return gone;
}

describe('pages of dead letters', () => {
  it('hold each letter that stays once, whatever comes and goes, also among those of one millisecond', async () => {
    await fc.assert(
      fc.asyncProperty(deaths, fc.integer({ min: 1, max: 6 }), seeds, async (all, limit, moves) => {
        const jobs = new FailedJobs();
        jobs.add(...all);
        const removed = new Set<string>();
        const met: string[] = [];
        let cursor: string | undefined;
        for (let page = 0; page === 0 || cursor !== undefined; page += 1) {
          const { items, nextCursor } = await readPage(jobs.access, {
            limit,
            ...(cursor !== undefined && { cursor }),
          });
          expect(items.length).toBeLessThanOrEqual(limit);
          met.push(...items.map(({ id }) => id));
          cursor = nextCursor;
          for (const id of disturb(jobs, all, moves[page % moves.length] ?? 0, false)) removed.add(id);
        }
        expect(new Set(met).size).toBe(met.length);
        const staying = all.filter(({ id }) => !removed.has(id)).map(({ id }) => id);
        expect(met).toEqual(expect.arrayContaining(staying));
      }),
    );
  });

  it('ends where a page is full and nothing is left', async () => {
    const jobs = new FailedJobs();
    jobs.add({ id: 'a', finishedOn: 1 }, { id: 'b', finishedOn: 1 });
    expect((await readPage(jobs.access, { limit: 2 })).nextCursor).toBeUndefined();
    expect((await readPage(jobs.access, { limit: 1 })).nextCursor).toEqual(expect.any(String));
  });
});

describe('a scan, the oldest first', () => {
  it('meets each job once while it takes them away, as a redrive does', async () => {
    await fc.assert(
      fc.asyncProperty(deaths, fc.integer({ min: 1, max: 6 }), seeds, async (all, size, moves) => {
        const jobs = new FailedJobs();
        jobs.add(...all);
        const scan = new FailedScan(jobs.access, new ScanPosition('oldest', 100));
        const removed = new Set<string>();
        const met: string[] = [];
        for (let chunk = 0; ; chunk += 1) {
          const found = await scan.next(size);
          if (found.length === 0) break;
          met.push(...found.map(({ job }) => job.id ?? ''));
          jobs.remove(new Set(met));
          for (const id of disturb(jobs, all, moves[chunk % moves.length] ?? 0, true)) removed.add(id);
        }
        expect(new Set(met).size).toBe(met.length);
        const staying = all.filter(({ id }) => !removed.has(id)).map(({ id }) => id);
        expect(met).toEqual(expect.arrayContaining(staying));
      }),
    );
  });
});
