/** Producers and workers under a proof's faults: started, killed, started again, and drained at the end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type LineProcess, startLineProcess } from '../harness/line-process.ts';
import type { Random } from '../harness/random.ts';
import { type Effects, openEffects } from './effects.ts';
import { createHistory, type History, judge } from './history.ts';
import { openQueue, toEnvironment, type WorkloadSettings } from './settings.ts';

export type Role = 'producer' | 'worker';

export interface Plant {
  readonly history: History;
  /** SIGKILLs the process of that role and starts another, which is up when this resolves, unless `hurried`. */
  restart(role: Role, hurried?: boolean): Promise<void>;
  /** Resolves when both processes are up. */
  ready(): Promise<void>;
  /** Ends the producer, lets the worker finish what is there, and holds the history against the effects. */
  finish(): Promise<PlantResult>;
  /** Kills what is left; for the end of a proof, whatever happened. */
  stop(): Promise<void>;
}

export interface PlantResult {
  readonly figures: Readonly<Record<string, number>>;
  readonly violations: readonly string[];
}

const FILES: Readonly<Record<Role, URL>> = {
  producer: new URL('./producer.ts', import.meta.url),
  worker: new URL('./worker.ts', import.meta.url),
};
const UP_LIMIT_MS = 60_000;
const END_LIMIT_MS = 30_000;
const POLL_MS = 100;
/** Without a single new effect for so long, what is missing is given up as lost. */
const STANDSTILL_LIMIT_MS = 30_000;
const SEEDS = 2 ** 31;

interface Running {
  readonly process: LineProcess;
  /** Resolves when the process says that it is ready. */
  readonly up: Promise<void>;
}

/** @param producer the file of another producer than the usual one */
export function startPlant(
  base: Omit<WorkloadSettings, 'seed'>,
  random: Random,
  producer: URL = FILES.producer,
): Plant {
  const files = { ...FILES, producer };
  const measured: Record<string, number> = {};
  const history = createHistory();
  const effects = openEffects(base.folder);
  const start = (role: Role): Running => {
    const settings = { ...base, seed: random.between(1, SEEDS) };
    const env = { ...toEnvironment(settings), HOLDFAST_PROOF_UNANSWERED: history.unanswered().join(' ') };
    const up = Promise.withResolvers<void>();
    const process = startLineProcess(files[role], env, (line) => {
      if (line.startsWith('ready')) up.resolve();
      else if (line.startsWith('figure ')) readFigure(line, measured);
      else history.read(line);
    });
    return { process, up: up.promise };
  };
  const running: Record<Role, Running> = { worker: start('worker'), producer: start('producer') };
  return {
    history,
    ready: () => untilUp(running),
    restart: async (role, hurried = false) => {
      failIfEnded(role, running[role].process);
      await running[role].process.kill();
      running[role] = start(role);
      if (!hurried) await untilUp(running);
    },
    finish: async () => {
      await untilUp(running);
      const producer = running.producer.process;
      const worker = running.worker.process;
      const cleanProducer = await producer.end(END_LIMIT_MS);
      await drain(history, effects);
      const left = await leftInQueue({ ...base, spool: false });
      const cleanWorker = await worker.end(END_LIMIT_MS);
      const counts = effects.counts();
      const { lost, doubled, violations } = judge(history.accepted, counts);
      if (!cleanProducer) violations.push(`the producer did not end by itself: ${producer.errors()}`);
      if (!cleanWorker) violations.push(`the worker did not end by itself: ${worker.errors()}`);
      if (left.unfinished > 0) violations.push(`${left.unfinished} jobs are never finished`);
      if (left.deadLetters > 0) violations.push(`${left.deadLetters} events are among the dead letters`);
      const accepted = history.accepted.size;
      return {
        figures: { accepted, effects: counts.size, lost, doubled, ...history.figures, ...left, ...measured },
        violations,
      };
    },
    stop: async () => {
      await Promise.all(Object.values(running).map(({ process }) => process.kill()));
      effects.db.close();
    },
  };
}

/** `figure NAME NUMBER`: what a process has measured itself. */
function readFigure(line: string, into: Record<string, number>): void {
  const [, name = '', value] = line.split(' ');
  into[name] = Number(value);
}

async function untilUp(running: Readonly<Record<Role, Running>>): Promise<void> {
  const late = sleep(UP_LIMIT_MS, 'late', { ref: false });
  for (const [role, { process, up }] of Object.entries(running)) {
    if ((await Promise.race([up, late])) !== undefined) {
      throw new Error(`The ${role} was not up within ${UP_LIMIT_MS} ms:\n${process.errors()}`);
    }
  }
}

/** A process that a fault has ended, other than our own kill, is a finding of its own. */
function failIfEnded(role: Role, process: LineProcess): void {
  if (process.exited) throw new Error(`The ${role} ended by itself:\n${process.errors()}`);
}

async function drain(history: History, effects: Effects): Promise<void> {
  let missing = missingCount(history, effects);
  let lastProgress = performance.now();
  while (missing > 0 && performance.now() - lastProgress < STANDSTILL_LIMIT_MS) {
    await sleep(POLL_MS);
    const now = missingCount(history, effects);
    if (now < missing) lastProgress = performance.now();
    missing = now;
  }
}

function missingCount(history: History, effects: Effects): number {
  const counts = effects.counts();
  return [...history.accepted].filter((id) => !counts.has(id)).length;
}

interface Left {
  /** Jobs that are neither finished nor dead. */
  readonly unfinished: number;
  readonly deadLetters: number;
}

/** Waits for the jobs whose effect is made and which are tried again all the same, then says what stays behind. */
async function leftInQueue(base: Omit<WorkloadSettings, 'seed'>): Promise<Left> {
  const queue = openQueue({ ...base, seed: 0 });
  try {
    // The server may have come back a moment ago, and be slow.
    const unfinished = async (): Promise<number> => {
      const metrics = await queue.getMetrics().catch(() => undefined);
      if (metrics === undefined) return Number.POSITIVE_INFINITY;
      const { waiting, prioritized, active, delayed } = metrics.counts;
      return waiting + prioritized + active + delayed;
    };
    let left = await unfinished();
    for (let waitedMs = 0; left > 0 && waitedMs < STANDSTILL_LIMIT_MS; waitedMs += POLL_MS) {
      await sleep(POLL_MS);
      left = await unfinished();
    }
    return { unfinished: left, deadLetters: await queue.deadLetters.count() };
  } finally {
    await queue.close();
  }
}
