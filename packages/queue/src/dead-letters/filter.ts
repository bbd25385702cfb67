import { QueueOptionError } from '../errors.ts';
import type { DeathClass } from '../failures/failure-class.ts';
import type { DeadLetterSummary } from './dead-letter.ts';

/** Which dead letters are meant; what is left out does not matter. Every condition must hold. */
export interface DeadLetterFilter {
  /** Of one failure, as `groups()` and `list()` show it. */
  fingerprint?: string;
  /** The event type of a webhook, the name of a job. */
  jobName?: string;
  failureClass?: DeathClass;
  /** Died at this time or later; epoch ms. */
  failedSince?: number;
  /** Died at this time or earlier; epoch ms. */
  failedUntil?: number;
}

const CLASSES: ReadonlySet<unknown> = new Set<DeathClass>([
  'transient',
  'throttled',
  'permanent',
  'cancelled',
  'overload',
  'open',
  'stalled',
]);
const FIELDS: ReadonlySet<string> = new Set([
  'fingerprint',
  'jobName',
  'failureClass',
  'failedSince',
  'failedUntil',
]);

/**
 * The filter without absent conditions. A condition that is not known is refused: it would match everything.
 * @throws QueueOptionError
 */
export function checkedFilter(filter: DeadLetterFilter = {}): DeadLetterFilter {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  for (const [field, value] of given) checkCondition(field, value);
  return Object.fromEntries(given);
}

/** Whether anything but the time of death is asked. */
export function isSelective({ fingerprint, jobName, failureClass }: DeadLetterFilter): boolean {
  return fingerprint !== undefined || jobName !== undefined || failureClass !== undefined;
}

export function matches(filter: DeadLetterFilter, letter: DeadLetterSummary): boolean {
  return (
    (filter.fingerprint === undefined || filter.fingerprint === letter.fingerprint) &&
    (filter.jobName === undefined || filter.jobName === letter.jobName) &&
    (filter.failureClass === undefined || filter.failureClass === letter.failureClass) &&
    letter.failedAt >= (filter.failedSince ?? 0) &&
    letter.failedAt <= (filter.failedUntil ?? Number.POSITIVE_INFINITY)
  );
}

function checkCondition(field: string, value: unknown): void {
  if (!FIELDS.has(field)) {
    throw new QueueOptionError(`filter.${field}`, `is not a condition; there are ${[...FIELDS].join(', ')}.`);
  }
  if (field === 'failureClass') {
    if (CLASSES.has(value)) return;
    throw new QueueOptionError('filter.failureClass', `must be one of ${[...CLASSES].join(', ')}.`);
  }
  if (field === 'failedSince' || field === 'failedUntil') {
    if (Number.isFinite(value)) return;
    throw new QueueOptionError(`filter.${field}`, 'must be epoch milliseconds.');
  }
  if (typeof value === 'string' && value !== '') return;
  throw new QueueOptionError(`filter.${field}`, 'must be a string that is not empty.');
}
