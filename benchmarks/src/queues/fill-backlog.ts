/** Fills a queue with waiting jobs faster than by adding them: one is added, the others are copies of it. */
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { type EngineQueue, engine, type NewJob, place } from './engine-queue.ts';

const BULK = 1_000;
const STEP = 50_000;

/** @param first a job with a priority, as all measured ones are */
export async function fillBacklog(queue: EngineQueue, jobs: number, makeJob: () => NewJob): Promise<void> {
  if (jobs === 0) return;
  const first = makeJob();
  await queue.add(first);
  const id = String(first.opts.jobId);
  if (engine === 'redis') await copyOnRedis(queue.name, id, jobs - 1);
  else if (engine === 'postgres') await copyOnPostgres(queue.name, id, jobs - 1);
  else await addInBulk(queue, jobs - 1, makeJob);
}

async function addInBulk(queue: EngineQueue, jobs: number, makeJob: () => NewJob): Promise<void> {
  for (let left = jobs; left > 0; left -= BULK) {
    await queue.addBulk(Array.from({ length: Math.min(left, BULK) }, makeJob));
  }
}

/** As BullMQ's own script does it: the job's hash, and its score made of priority and a counter. */
const COPY = `for n = tonumber(ARGV[2]), tonumber(ARGV[3]) do
  local id = 'backlog_' .. n
  redis.call('COPY', KEYS[1] .. ARGV[1], KEYS[1] .. id)
  redis.call('ZADD', KEYS[1] .. 'prioritized', 0x100000000 + redis.call('INCR', KEYS[1] .. 'pc'), id)
end`;

async function copyOnRedis(name: string, id: string, jobs: number): Promise<void> {
  const client = new Redis(place);
  for (let from = 1; from <= jobs; from += STEP) {
    await client.eval(COPY, 1, `bull:${name}:`, id, from, Math.min(jobs, from + STEP - 1));
  }
  client.disconnect();
}

const COLUMNS = 'queue, name, state, data, opts, priority, max_attempts, added_at_ms';

async function copyOnPostgres(name: string, id: string, jobs: number): Promise<void> {
  const client = new Client({ connectionString: place });
  await client.connect();
  await client.query('SET search_path TO bullmq');
  await client.query(
    `INSERT INTO job (id, seq, ${COLUMNS}) SELECT 'backlog_' || n, nextval('job_seq'), ${COLUMNS}
      FROM job, generate_series(1, $3::int) AS n WHERE queue LIKE $1 AND id = $2`,
    [`%${name}`, id, jobs],
  );
  await client.query('VACUUM ANALYZE job');
  await client.end();
}
