import { setTimeout as delay } from 'node:timers/promises';
import type { TopArguments } from './arguments.ts';
import { differenceOf } from './difference.ts';
import { type Look, NoAnswerError, takeLook } from './look.ts';
import { reportOf, startOf, type TopReport } from './report.ts';

/** What there is to show after one look. */
export interface Seen {
  /** Undefined until two looks at the same process can be compared. */
  readonly report: TopReport | undefined;
  /** Why the last look has failed. */
  readonly trouble: string | undefined;
}

/** A look may take as long as a slow scrape does. */
const LONGEST_LOOK_MS = 10_000;

/** Looks again and again, through restarts and outages of the service, until `signal` ends it. */
export async function* watch(
  { url, key, intervalMs }: Pick<TopArguments, 'url' | 'key' | 'intervalMs'>,
  signal: AbortSignal,
): AsyncGenerator<Seen> {
  let before: Look | undefined;
  let report: TopReport | undefined;
  while (!signal.aborted) {
    let trouble: string | undefined;
    try {
      const look = await takeLook({ url, key, timeoutMs: LONGEST_LOOK_MS, signal });
      if (before !== undefined && isSameProcess(before, look)) {
        report = reportOf(differenceOf(before, look), Date.now());
      }
      before = look;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof NoAnswerError)) throw error;
      trouble = error.message;
    }
    yield { report, trouble };
    await delay(intervalMs, undefined, { signal }).catch(() => {});
  }
}

/** All that a new process has would otherwise be taken for the growth of a moment. */
function isSameProcess(before: Look, after: Look): boolean {
  return startOf(before.exposition) === startOf(after.exposition);
}
