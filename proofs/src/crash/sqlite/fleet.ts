/** Several producers and workers on one file, each in a process of its own, each replaced when it is killed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type LineProcess, startLineProcess } from '../../harness/line-process.ts';
import type { Random } from '../../harness/random.ts';
import type { Journal } from './journal.ts';
import { toEnvironment } from './processes.ts';

export type Role = 'producer' | 'worker';

const FILES: Readonly<Record<Role, URL>> = {
  producer: new URL('./producer.ts', import.meta.url),
  worker: new URL('./worker.ts', import.meta.url),
};
const SIZES: Readonly<Record<Role, number>> = { producer: 2, worker: 3 };
const ROLES = ['producer', 'worker'] as const;
const UP_LIMIT_MS = 60_000;
const END_LIMIT_MS = 30_000;
const POLL_MS = 5;
const SEEDS = 2 ** 31;

interface Member {
  readonly role: Role;
  readonly process: LineProcess;
  isUp: boolean;
}

export interface Fleet {
  /** Resolves when at least one process of each role is at work. @throws Error when none comes up */
  someUp(): Promise<void>;
  /** SIGKILLs one process, whatever it is doing, and starts another in its place. */
  killOne(): Promise<void>;
  /** SIGTERM to all of a role; gives what went wrong. */
  end(role: Role): Promise<string[]>;
  /** SIGKILL to all that is left. */
  stop(): Promise<void>;
}

export function startFleet(file: string, random: Random, journal: Journal): Fleet {
  const members: Member[] = [];
  let started = 0;
  const start = (role: Role): void => {
    started += 1;
    const process = started;
    const env = toEnvironment({ file, seed: random.between(1, SEEDS) });
    const member: Member = {
      role,
      isUp: false,
      process: startLineProcess(FILES[role], env, (line) => {
        if (line.startsWith('ready')) member.isUp = true;
        else journal.read(process, line);
      }),
    };
    members.push(member);
  };
  for (const role of ROLES) for (let count = 0; count < SIZES[role]; count += 1) start(role);
  return {
    someUp: () => untilSomeUp(members),
    killOne: async () => {
      const [victim] = members.splice(random.between(0, members.length - 1), 1);
      if (victim === undefined) return;
      if (victim.process.exited)
        throw new Error(`A ${victim.role} ended by itself:\n${victim.process.errors()}`);
      await victim.process.kill();
      start(victim.role);
    },
    end: async (role) => {
      const ending = members.filter((member) => member.role === role);
      await untilAllUp(ending);
      const clean = await Promise.all(ending.map(({ process }) => process.end(END_LIMIT_MS)));
      return ending
        .filter((_, index) => clean[index] !== true)
        .map(({ process }) => `a ${role} did not end by itself: ${process.errors()}`);
    },
    stop: async () => {
      await Promise.all(members.map(({ process }) => process.kill()));
    },
  };
}

async function untilSomeUp(members: readonly Member[]): Promise<void> {
  await until(members, () =>
    ROLES.every((role) => members.some((member) => member.role === role && member.isUp)),
  );
}

/** A process that is not up yet would not hear of SIGTERM. */
async function untilAllUp(members: readonly Member[]): Promise<void> {
  await until(members, () => members.every(({ isUp }) => isUp));
}

async function until(members: readonly Member[], isSo: () => boolean): Promise<void> {
  const begun = performance.now();
  while (!isSo()) {
    const ended = members.find(({ process }) => process.exited);
    if (ended !== undefined) throw new Error(`A ${ended.role} ended by itself:\n${ended.process.errors()}`);
    if (performance.now() - begun > UP_LIMIT_MS) throw new Error(`No process came up in ${UP_LIMIT_MS} ms.`);
    await sleep(POLL_MS);
  }
}
