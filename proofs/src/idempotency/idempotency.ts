import { setTimeout as sleep } from 'node:timers/promises';
import type { Proof, ProofContext, ProofResult } from '../harness/proof.ts';
import type { Random } from '../harness/random.ts';
import { check, type KeyHistory } from './check.ts';
import { type Answer, ask } from './client.ts';
import { KINDS } from './kinds.ts';
import { type Plant, startPlant } from './plant.ts';

const DEFAULT_STORE = 'sqlite';
const CLIENTS = 24;
/** How many clients send the same key at the same time. */
const CLIENTS_PER_KEY = 3;
const CUT_CHANCE = 0.2;
const LONGEST_CUT_MS = 25;
const ATTEMPTS = 40;
const LAST_WORD_ATTEMPTS = 200;
const MS_PER_SECOND = 1_000;

interface Counts {
  requests: number;
  answers: number;
  replays: number;
  refused: number;
  cutByClients: number;
  cutFromStore: number;
  kills: number;
}

interface Key {
  readonly key: string;
  readonly answers: string[];
}

/** Killed servers, cut connections and impatient clients; then the history is held against the promises. */
export const idempotency: Proof = {
  claim: 'One key has at most one committed effect, equal answers, and no answer without its effect.',
  unit: 'seconds',
  defaultSize: 30,
  stores: [DEFAULT_STORE, 'memory', 'redis', 'postgres'],
  run: async (context) => {
    const plant = await startPlant(context.store ?? DEFAULT_STORE, context.random.fork());
    try {
      return await tryOut(plant, context);
    } finally {
      await plant.close();
    }
  },
};

async function tryOut(
  plant: Plant,
  { random, size, store = DEFAULT_STORE, progress }: ProofContext,
): Promise<ProofResult> {
  const counts: Counts = {
    requests: 0,
    answers: 0,
    replays: 0,
    refused: 0,
    cutByClients: 0,
    cutFromStore: 0,
    kills: 0,
  };
  const joins = store === 'sqlite' || store === 'postgres';
  const endsAt = performance.now() + size * MS_PER_SECOND;
  const isOver = (): boolean => performance.now() >= endsAt;
  const keys: Key[] = [];
  const faults = hurt(plant, random.fork(), store, counts, isOver);
  const teams = Array.from({ length: CLIENTS / CLIENTS_PER_KEY }, () =>
    team(plant, random.fork(), keys, counts, isOver),
  );
  await Promise.all([faults, ...teams]);
  progress(`${keys.length} keys; asking each for its last word`);
  const histories = await lastWords(plant, keys, counts);
  const effects = await plant.effects();
  const { violations, documentedDoubles } = check(histories, effects, joins);
  const unknown = histories.filter(({ last }) => last === 'unknown').length;
  const together = joins ? keys.filter(({ key }) => /^(?:again)?tx-/.test(key)).length : 0;
  return {
    figures: {
      keys: keys.length,
      keysInTransaction: together,
      ...counts,
      effects: effects.length,
      outcomeUnknown: unknown,
      documentedDoubles,
    },
    violations,
  };
}

/** Kills and cuts at random moments, until the time is over. */
async function hurt(
  plant: Plant,
  random: Random,
  store: string,
  counts: Counts,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    await sleep(random.between(30, 300));
    counts.cutFromStore += plant.cut(random);
    if (store === 'memory' || !random.chance(0.5)) continue;
    await plant.kill(random.between(0, plant.ports.length - 1));
    counts.kills += 1;
  }
}

/** Clients that send one key at once, then the next. */
async function team(
  plant: Plant,
  random: Random,
  keys: Key[],
  counts: Counts,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    const kind = random.pick(KINDS);
    const key: Key = { key: `${kind}-${keys.length}`, answers: [] };
    keys.push(key);
    const members = Array.from({ length: CLIENTS_PER_KEY }, () =>
      client(plant, random.fork(), key, counts, isOver),
    );
    await Promise.all(members);
  }
}

/** Sends until it is answered for good, as a client that retries does. */
async function client(
  plant: Plant,
  random: Random,
  key: Key,
  counts: Counts,
  isOver: () => boolean,
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS && !isOver(); attempt += 1) {
    const port = plant.ports[random.between(0, plant.ports.length - 1)] ?? 0;
    const cutAfterMs = random.chance(CUT_CHANCE) ? random.next() * LONGEST_CUT_MS : undefined;
    const answer = await ask(port, key.key, cutAfterMs);
    note(key, answer, counts);
    if (answer.kind !== 'again') return;
    if (cutAfterMs !== undefined && answer.status === 0) counts.cutByClients += 1;
    await sleep(random.between(1, 40));
  }
}

function note({ answers }: Key, answer: Answer, counts: Counts): void {
  counts.requests += 1;
  if (answer.kind === 'unknown') counts.refused += 1;
  if (answer.kind !== 'done') return;
  counts.answers += 1;
  if (answer.replayed) counts.replays += 1;
  answers.push(answer.id);
}

async function lastWords(plant: Plant, keys: readonly Key[], counts: Counts): Promise<KeyHistory[]> {
  const histories: KeyHistory[] = [];
  const rest = [...keys];
  const worker = async (): Promise<void> => {
    for (let key = rest.pop(); key !== undefined; key = rest.pop()) {
      const last = await lastWord(plant, key, counts);
      histories.push({ key: key.key, answers: key.answers, last });
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, worker));
  return histories;
}

/** Asked until there is one: a lease of a killed server has to run out first. */
async function lastWord(plant: Plant, key: Key, counts: Counts): Promise<KeyHistory['last']> {
  for (let attempt = 0; attempt < LAST_WORD_ATTEMPTS; attempt += 1) {
    const answer = await ask(plant.ports[attempt % plant.ports.length] ?? 0, key.key, undefined);
    note(key, answer, counts);
    if (answer.kind !== 'again') return answer.kind;
    await sleep(50);
  }
  return 'none';
}
