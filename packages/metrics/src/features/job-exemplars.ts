import { tracingChannel } from 'node:diagnostics_channel';
import { getCurrentTrace } from '@holdfast/context';
import type { SpanContextLike } from '@holdfast/context/storage';
import type { ProcessOperation } from '@holdfast/queue';
import { sampledSpan } from '../families/exemplars.ts';
import type { FeatureContext } from './feature.ts';

/** @param at epoch ms */
type Exemplify = (queue: string, durationMs: number, span: SpanContextLike, at: number) => void;

/**
 * The span of an attempt is active while the attempt runs, but the fact that tells its duration comes later, when the
 * engine has recorded the outcome. So the attempt is timed here once more; nobody listens until exemplars are read.
 */
export function exemplifyJobs({ exemplars, clock, subscribe }: FeatureContext, exemplify: Exemplify): void {
  const { start, asyncEnd } = tracingChannel<unknown, ProcessOperation>('holdfast:queue:process');
  const begun = new WeakMap<ProcessOperation, number>();
  exemplars.onWanted(() => {
    subscribe<ProcessOperation>(start.name as string, (operation) => {
      begun.set(operation, clock.now());
    });
    subscribe<ProcessOperation>(asyncEnd.name as string, (operation) => {
      const startedAt = begun.get(operation);
      const span = sampledSpan(getCurrentTrace());
      if (startedAt === undefined || span === undefined) return;
      exemplify(operation.queue, clock.now() - startedAt, span, exemplars.now());
    });
  });
}
