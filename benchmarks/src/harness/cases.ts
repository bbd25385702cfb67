/** Loops that are timed inside a measured process; its parent asks for one of them at a time. */
import { answerParent, type Handlers } from './answer-parent.ts';

/**
 * A piece of work, done `iterations` times in a row. The loop is written out in each case, so that no call site is
 * shared between two of them.
 */
export type Loop = (iterations: number) => void | Promise<void>;

/** Prepares a case, outside of what is timed. */
export type Cases = Readonly<Record<string, () => Loop | Promise<Loop>>>;

export interface WarmUpQuestion {
  readonly name: string;
  /** How long one timed round is to take. */
  readonly roundMs: number;
}

export interface MeasureQuestion {
  readonly name: string;
  readonly iterations: number;
}

export interface FootprintQuestion {
  readonly count: number;
}

const WARM_UP_ROUNDS = 3;
const NS_PER_MS = 1e6;

/** Answers the parent: `warmUp` gives the iterations of a round, `measure` the nanoseconds of one iteration. */
export function serveCases(cases: Cases, more: Handlers = {}): void {
  const loops = new Map<string, Loop>();
  answerParent({
    warmUp: async ({ name, roundMs }: WarmUpQuestion) => {
      const prepare = cases[name];
      if (prepare === undefined) throw new Error(`There is no case "${name}".`);
      const loop = await prepare();
      loops.set(name, loop);
      return calibrate(loop, roundMs);
    },
    measure: async ({ name, iterations }: MeasureQuestion) => {
      const loop = loops.get(name);
      if (loop === undefined) throw new Error(`The case "${name}" was not warmed up.`);
      return (await time(loop, iterations)) / iterations;
    },
    ...more,
  });
}

/** The bytes of heap that each of `count` things made by `make` keeps. */
export function footprint(make: (index: number) => unknown, { count }: FootprintQuestion): number {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('Memory is measured with --expose-gc.');
  const keep: unknown[] = [make(-1)];
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < count; index += 1) keep.push(make(index));
  collect();
  const bytes = process.memoryUsage().heapUsed - before;
  if (keep.length !== count + 1) throw new Error('Something made was lost.');
  return bytes / count;
}

async function calibrate(loop: Loop, roundMs: number): Promise<number> {
  let iterations = 64;
  let elapsedMs = 0;
  while (elapsedMs < roundMs / 4) {
    iterations *= 2;
    elapsedMs = (await time(loop, iterations)) / NS_PER_MS;
  }
  const perRound = Math.max(1, Math.round((iterations * roundMs) / elapsedMs));
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) await time(loop, perRound);
  return perRound;
}

async function time(loop: Loop, iterations: number): Promise<number> {
  const start = process.hrtime.bigint();
  const pending = loop(iterations);
  if (pending !== undefined) await pending;
  return Number(process.hrtime.bigint() - start);
}
