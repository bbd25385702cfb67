import type { Clock } from '@holdfast/context/clock';
import type { SpanProcessor } from '../options.ts';
import type { SinkControl } from '../sinks/sink.ts';

/** Flushes and closes the application's processors together with what comes last in their chain, within one limit. */
export function controlOf(
  processors: readonly SpanProcessor[],
  last: SinkControl,
  clock: Clock,
): SinkControl {
  const each = (step: (processor: SpanProcessor) => Promise<void>) =>
    Promise.allSettled(processors.map(async (processor) => step(processor)));
  return {
    flush: (timeoutMs) =>
      within(clock, timeoutMs, async () => {
        await each((processor) => processor.forceFlush());
        await last.flush(timeoutMs);
      }),
    close: (timeoutMs) =>
      within(clock, timeoutMs, async () => {
        await each((processor) => processor.shutdown());
        await last.close(timeoutMs);
      }),
    stats: () => last.stats(),
  };
}

/** Settles when `work` has settled, or after `timeoutMs`; a failure of somebody's exporter is not the caller's. */
async function within(clock: Clock, timeoutMs: number, work: () => Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = clock.setTimer(resolve, timeoutMs, { keepAlive: true });
  work().then(resolve, () => resolve());
  await promise;
  timer.cancel();
}
