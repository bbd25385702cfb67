import type { Tracing } from '../src/index.ts';

/** Waits for the exporter to have come that far. */
export async function untilStats(
  running: Tracing,
  reached: (stats: ReturnType<Tracing['getStats']>) => boolean,
): Promise<void> {
  const giveUpAt = Date.now() + 30_000;
  while (!reached(running.getStats())) {
    if (Date.now() > giveUpAt) throw new Error(`never reached: ${JSON.stringify(running.getStats())}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
