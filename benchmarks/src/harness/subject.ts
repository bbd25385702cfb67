/** The parent's view of a process that serves cases. */
import type { FootprintQuestion, MeasureQuestion, WarmUpQuestion } from './cases.ts';
import { type Child, type ChildOptions, startChild } from './child.ts';
import type { Contender } from './interleave.ts';

export interface Subject {
  /** Warms the case up and gives what measures it: nanoseconds of one iteration. */
  prepare(name: string, roundMs: number): Promise<Contender>;
  footprint(count: number): Promise<number>;
  stop(): Promise<void>;
}

export async function startSubject(file: URL, options: ChildOptions = {}): Promise<Subject> {
  const child: Child = await startChild(file, options);
  return {
    prepare: async (name, roundMs) => {
      const iterations = await child.ask<number>('warmUp', { name, roundMs } satisfies WarmUpQuestion);
      return () => child.ask<number>('measure', { name, iterations } satisfies MeasureQuestion);
    },
    footprint: (count) => child.ask<number>('footprint', { count } satisfies FootprintQuestion),
    stop: () => child.stop(),
  };
}
