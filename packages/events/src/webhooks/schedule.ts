import { WebhookOptionError } from './errors.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const LONGEST_DELAY_MS = 30 * 24 * HOUR_MS;
const MOST_RETRIES = 100;

/**
 * The waits after each failed attempt that Standard Webhooks recommends: ten attempts within some three days and a half.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#deliverability-and-reliability
 */
export const STANDARD_SCHEDULE_MS: readonly number[] = Object.freeze([
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
]);

/** How far above its step a wait may be, at random. */
export interface RetrySchedule {
  readonly stepsMs: readonly number[];
  readonly jitterRatio: number;
}

/**
 * The wait after a failed attempt, or undefined where that was the last one.
 * @param attempt 1-based
 * @param askedMs what the endpoint asked for; a longer wait than the schedule's is granted, up to `longestAskedMs`
 * @param random from 0 to below 1
 */
export function retryDelayMs(
  { stepsMs, jitterRatio }: RetrySchedule,
  attempt: number,
  {
    askedMs = 0,
    longestAskedMs,
    random,
  }: { askedMs?: number | undefined; longestAskedMs: number; random: number },
): number | undefined {
  const stepMs = stepsMs[attempt - 1];
  if (stepMs === undefined) return undefined;
  const waitMs = Math.max(stepMs, Math.min(askedMs, longestAskedMs));
  return Math.round(waitMs * (1 + jitterRatio * random));
}

/** @throws WebhookOptionError */
export function checkedSchedule(stepsMs: unknown): readonly number[] {
  const isSchedule =
    Array.isArray(stepsMs) &&
    stepsMs.length <= MOST_RETRIES &&
    stepsMs.every((step) => Number.isInteger(step) && step >= 0 && step <= LONGEST_DELAY_MS);
  if (isSchedule) return Object.freeze([...(stepsMs as number[])]);
  throw new WebhookOptionError(
    'retryScheduleMs',
    `must be at most ${MOST_RETRIES} waits, each a whole number of ms from 0 to ${LONGEST_DELAY_MS}.`,
  );
}
