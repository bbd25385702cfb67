import type { EngineAccess } from '../engines/engine-access.ts';
import { QueueOptionError } from '../errors.ts';
import { type DeadLetterSummary, summarise } from './dead-letter.ts';
import { FailedScan, type Ranked } from './failed-scan.ts';
import { checkedFilter, type DeadLetterFilter, isSelective, matches } from './filter.ts';
import { ScanPosition } from './scan-position.ts';

/** Which page is asked for. */
export interface DeadLetterPageRequest {
  /** `nextCursor` of the page before. Default the newest letter. */
  cursor?: string;
  /** Skips so many, instead of a cursor; letters that come or go between two pages shift it. Not with a filter. */
  offset?: number;
  /** 1 to 1000. Default 50. */
  limit?: number;
  filter?: DeadLetterFilter;
}

/** One page of dead letters. */
export interface DeadLetterPage {
  /** Newest first. With a filter there may be fewer than the limit, or none, and still a next page. */
  readonly items: readonly DeadLetterSummary[];
  /** Of the dead letters in all, whatever the filter. */
  readonly total: number;
  /** Where the next page begins, or undefined when this is the last. */
  readonly nextCursor: string | undefined;
  /** The same as an offset, for pages asked for without cursor and filter. */
  readonly nextOffset: number | undefined;
}

export const DEFAULT_LIMIT = 50;
const LARGEST_LIMIT = 1000;
const FILTER_CHUNK = 500;
/** A page looks at so many letters, then gives what it has found, so that a rare failure does not hold it up. */
const LARGEST_LOOK = 5000;

/** @throws QueueOptionError */
export async function readPage<Data>(
  access: EngineAccess<Data>,
  request: DeadLetterPageRequest = {},
): Promise<DeadLetterPage> {
  const { offset, limit = DEFAULT_LIMIT } = request;
  checkLimit(limit);
  const filter = checkedFilter(request.filter);
  if (offset !== undefined) {
    checkOffset(offset, request);
    if (offset > 0) return readFromOffset(access, offset, limit);
  }
  const begin =
    request.cursor === undefined
      ? new ScanPosition('newest', filter.failedUntil)
      : ScanPosition.decode(request.cursor, 'newest');
  const total = await access.use(({ queue }) => queue.getJobCountByTypes('failed'));
  const { items, end, cursor } = await collect(access, begin, filter, limit);
  const isPlain = request.cursor === undefined && request.filter === undefined;
  return {
    items,
    total,
    nextCursor: end ? undefined : cursor,
    nextOffset: !end && isPlain ? limit : undefined,
  };
}

interface Collected {
  readonly items: DeadLetterSummary[];
  readonly end: boolean;
  readonly cursor: string;
}

async function collect<Data>(
  access: EngineAccess<Data>,
  begin: ScanPosition,
  filter: DeadLetterFilter,
  limit: number,
): Promise<Collected> {
  const items: DeadLetterSummary[] = [];
  const passed = begin.copy();
  const scan = new FailedScan(access, begin);
  // One more than asked for tells whether there is a next page.
  const chunk = isSelective(filter) ? FILTER_CHUNK : limit + 1;
  for (let looked = 0; looked < LARGEST_LOOK; ) {
    const found = await scan.next(chunk);
    if (found.length === 0) return { items, end: true, cursor: '' };
    for (const { job, rank } of found) {
      const letter = summarise(job);
      if (letter.failedAt < (filter.failedSince ?? 0)) return { items, end: true, cursor: '' };
      const isMeant = matches(filter, letter);
      if (isMeant && items.length === limit) return { items, end: false, cursor: passed.encode() };
      if (isMeant) items.push(letter);
      passed.pass(job, rank);
    }
    looked += found.length;
  }
  return { items, end: false, cursor: passed.encode() };
}

async function readFromOffset<Data>(
  access: EngineAccess<Data>,
  offset: number,
  limit: number,
): Promise<DeadLetterPage> {
  return access.use(async ({ queue }) => {
    const [ids, total] = await Promise.all([
      queue.getRanges(['failed'], offset, offset + limit - 1, false),
      queue.getJobCountByTypes('failed'),
    ]);
    const jobs = await Promise.all(ids.map((id) => queue.getJob(id)));
    const ranked: Ranked<Data>[] = jobs.flatMap((job, index) =>
      // A letter discarded while the page was read has no job any more.
      job?.finishedOn === undefined || job.finishedOn === null ? [] : [{ job, rank: offset + index }],
    );
    const passed = new ScanPosition('newest');
    for (const { job, rank } of ranked) passed.pass(job, rank);
    const isLast = offset + limit >= total || passed.isStart;
    return {
      items: ranked.map(({ job }) => summarise(job)),
      total,
      nextCursor: isLast ? undefined : passed.encode(),
      nextOffset: isLast ? undefined : offset + limit,
    };
  });
}

/** @throws QueueOptionError */
export function checkLimit(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_LIMIT) {
    throw new QueueOptionError('limit', `is ${limit}; it must be from 1 to ${LARGEST_LIMIT}.`);
  }
}

function checkOffset(offset: number, { cursor, filter }: DeadLetterPageRequest): void {
  if (!Number.isInteger(offset) || offset < 0) {
    throw new QueueOptionError('offset', `is ${offset}; it must be 0 or more.`);
  }
  if (cursor !== undefined || filter !== undefined) {
    throw new QueueOptionError('offset', 'goes with neither cursor nor filter; follow nextCursor instead.');
  }
}
