/** Fills a queue with waiting jobs faster than by adding them: one is added, the others are copies of it. */
import Database from 'better-sqlite3';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { type EngineQueue, engine, type NewJob, place } from './engine-queue.ts';

const STEP = 50_000;

/** @param first a job with a priority, as all measured ones are */
export async function fillBacklog(queue: EngineQueue, jobs: number, makeJob: () => NewJob): Promise<void> {
  if (jobs === 0) return;
  const first = makeJob();
  await queue.add(first);
  const id = String(first.opts.jobId);
  if (engine === 'redis') await copyOnRedis(queue.name, id, jobs - 1);
  else if (engine === 'postgres') await copyOnPostgres(queue.name, id, jobs - 1);
  else copyOnSqlite(queue.name, id, jobs - 1);
}

const NUMBERS =
  'WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < @jobs)';
const JOB_COLUMNS = 'queue, state, priority, delay, added_at';
const FILL_SQLITE = [
  `${NUMBERS} INSERT INTO bullmq_job (id, ord, ${JOB_COLUMNS})
    SELECT printf('backlog_%09d', n), ord + n, ${JOB_COLUMNS} FROM bullmq_job, numbers WHERE id = @id`,
  `INSERT INTO bullmq_payload (ref, name, data, opts) SELECT copy.ref, first.name, first.data, first.opts
    FROM bullmq_job AS copy, bullmq_payload AS first
    WHERE copy.id <> @id AND first.ref = (SELECT ref FROM bullmq_job WHERE id = @id)`,
  'UPDATE bullmq_queue SET prioritized = prioritized + @jobs, tail = tail + @jobs, job_counter = job_counter + @jobs',
];

/** The queue is alone in its file, so nothing else is touched. */
function copyOnSqlite(name: string, id: string, jobs: number): void {
  const db = new Database(`${place}/${name}.db`);
  // Nothing of value is at stake, and this is not what is measured.
  db.pragma('synchronous = OFF');
  const fill = db.transaction(() => {
    for (const sql of FILL_SQLITE) db.prepare(sql).run(sql.includes('@id') ? { id, jobs } : { jobs });
  });
  fill.immediate();
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
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
