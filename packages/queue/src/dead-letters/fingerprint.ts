import { createHash } from 'node:crypto';
import type { Job } from 'bullmq';
import { readAttempt } from '../failures/attempt-history.ts';
import type { DeathClass } from '../failures/failure-class.ts';

/** What makes two deaths the same failure. */
export interface Fingerprint {
  /** 16 hexadecimal digits: the same for the same failure on every host, in every release that keeps its names. */
  readonly fingerprint: string;
  readonly failureClass: DeathClass;
  /** Name and message of the error, with `#` for each number, id, uuid and hexadecimal string. */
  readonly error: string;
  /** Function and file of the top stack frame outside of Node, without line numbers; empty where there is none. */
  readonly frame: string;
}

const LONGEST_ERROR = 300;
/** An id need not hold a digit; a word of a message is hardly ever that long. */
const LONGEST_WORD = 24;
const FINGERPRINT_DIGITS = 16;

/** The fingerprint of a dead job, from its last failed attempt. */
export function fingerprintOf(job: Pick<Job, 'stacktrace' | 'failedReason'>): Fingerprint {
  const last = readAttempt(job.stacktrace?.at(-1) ?? '');
  const failureClass = last.failureClass ?? 'stalled';
  const error = normalise(last.error === '' ? (job.failedReason ?? '') : last.error);
  const frame = topFrame(last.stack);
  const hash = createHash('sha256').update(`${failureClass}\n${error}\n${frame}`).digest('hex');
  return { fingerprint: hash.slice(0, FINGERPRINT_DIGITS), failureClass, error, frame };
}

/** A message without what differs from one failure to the next: words with a digit in them, and very long ones. */
export function normalise(message: string): string {
  return message
    .slice(0, LONGEST_ERROR)
    .replace(/\s+/g, ' ')
    .replace(/[\p{L}\p{N}_-]+/gu, (word) => (/\p{N}/u.test(word) || word.length > LONGEST_WORD ? '#' : word))
    .trim();
}

function topFrame(stack: string): string {
  for (const line of stack.split('\n')) {
    const place = /^\s+at (.{1,1000})$/.exec(line)?.[1];
    if (place !== undefined && !place.includes('node:')) return shortPlace(place);
  }
  return '';
}

/** `fn (dir/file.ts)`: where a service is installed, and on which line a function stands, does not matter. */
function shortPlace(place: string): string {
  const [, name = '', path = ''] = /^(?:(.*?) \()?([^()]*)\)?$/.exec(place) ?? [];
  const file = path.replace(/(?::\d+)+$/, '').replace(/[?#].*$/, '');
  const shortFile = file.split(/[\\/]/).slice(-2).join('/');
  return name === '' ? shortFile : `${name} (${shortFile})`;
}
