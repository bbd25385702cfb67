import { checkedFilter, type DeadLetterFilter } from '../dead-letters/filter.ts';
import type { DeathClass } from '../failures/failure-class.ts';
import { UsageError } from './usage-error.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * @param conditions `key=value` each
 * @param now epoch ms
 * @throws UsageError
 */
export function parseFilter(
  conditions: readonly string[],
  group: string | undefined,
  now: number,
): DeadLetterFilter {
  const filter: DeadLetterFilter = {};
  if (group !== undefined) {
    if (!/^[0-9a-f]{16}$/.test(group)) {
      throw new UsageError(
        '--group must be a fingerprint of 16 hexadecimal digits, as list --groups shows it.',
      );
    }
    filter.fingerprint = group;
  }
  for (const condition of conditions) addCondition(filter, condition, now);
  try {
    return checkedFilter(filter);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function addCondition(filter: DeadLetterFilter, condition: string, now: number): void {
  const equals = condition.indexOf('=');
  const key = condition.slice(0, Math.max(0, equals));
  const value = condition.slice(equals + 1);
  switch (key) {
    case 'type':
      filter.jobName = value;
      return;
    case 'class':
      filter.failureClass = value as DeathClass;
      return;
    case 'since':
      filter.failedSince = parseTime(condition, value, now);
      return;
    case 'until':
      filter.failedUntil = parseTime(condition, value, now);
      return;
    default:
      throw new UsageError(
        `--filter ${JSON.stringify(condition)} is not known; use type=, class=, since= or until=.`,
      );
  }
}

function parseTime(condition: string, value: string, now: number): number {
  const [, amount, unit = ''] = /^(\d+)([smhd])$/.exec(value) ?? [];
  if (amount !== undefined) return now - Number(amount) * (UNIT_MS[unit] ?? 0);
  const at = /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isFinite(at)) return at;
  throw new UsageError(
    `--filter ${JSON.stringify(condition)}: give a time such as 2026-01-31T08:00Z, or 30m, 12h, 7d ago.`,
  );
}
