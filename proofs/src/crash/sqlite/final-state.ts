import Database from 'better-sqlite3';
import type { StreamReadRaw } from 'bullmq';
import type { QueueEvent } from './claim-order.ts';
import { openQueue, QUEUE } from './processes.ts';

const STATES = ['waiting', 'prioritized', 'active', 'delayed', 'completed', 'failed'] as const;

/** What is in the queue when all is over, as its own getters give it. */
export interface FinalState {
  readonly completed: ReadonlySet<string>;
  /** How many jobs are in each state. */
  readonly counts: Readonly<Record<string, number>>;
  readonly events: readonly QueueEvent[];
  /** What is wrong with the file itself. */
  readonly damage: readonly string[];
}

export async function readFinalState(file: string): Promise<FinalState> {
  const queue = openQueue(file);
  try {
    const backend = queue.getBackend();
    return {
      completed: new Set((await backend.getRanges(['completed'], 0, -1)).flat()),
      counts: await queue.getJobCounts(...STATES),
      events: await readEvents((id) => backend.readEvents(id, 1)),
      damage: inspect(file),
    };
  } finally {
    await queue.close();
  }
}

type ReadEvents = (id: string) => Promise<StreamReadRaw>;

async function readEvents(read: ReadEvents): Promise<QueueEvent[]> {
  const events: QueueEvent[] = [];
  for (let id = '0'; ; ) {
    const page = (await read(id))?.[0]?.[1];
    const last = page?.at(-1);
    if (page === undefined || last === undefined) return events;
    for (const [, fields] of page) events.push(toRecord(fields));
    id = last[0];
  }
}

function toRecord(fields: readonly string[]): QueueEvent {
  const event: Record<string, string> = {};
  for (let index = 0; index < fields.length; index += 2) event[fields[index] ?? ''] = fields[index + 1] ?? '';
  return event;
}

/** A damaged page, a count that is not what is there, a job without its payload or the other way round. */
function inspect(file: string): string[] {
  const db = new Database(file, { readonly: true });
  try {
    const damage: string[] = [];
    const check: unknown = db.pragma('integrity_check', { simple: true });
    if (check !== 'ok') damage.push(`integrity_check: ${String(check)}`);
    const kept = db.prepare('SELECT * FROM bullmq_queue WHERE name = ?').get(`bull:${QUEUE}`) as Record<
      string,
      number
    >;
    const count = db.prepare('SELECT count(*) FROM bullmq_job WHERE state = ?').pluck();
    for (const [code, state] of STATES.entries()) {
      const there = Number(count.get(code));
      if (kept[state] !== there)
        damage.push(`${state}: ${kept[state]} are kept as its count, ${there} are there`);
    }
    const strays =
      db.prepare(`SELECT (SELECT count(*) FROM bullmq_job WHERE ref NOT IN (SELECT ref FROM bullmq_payload))
      + (SELECT count(*) FROM bullmq_payload WHERE ref NOT IN (SELECT ref FROM bullmq_job))`);
    if (strays.pluck().get() !== 0) damage.push('there are jobs without payload, or payloads without job');
    return damage;
  } finally {
    db.close();
  }
}
