import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Proof, ProofContext, ProofResult } from '../harness/proof.ts';
import { type Effects, openEffects } from '../workload/effects.ts';
import { judge } from '../workload/history.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { type Instance, startInstance } from './fleet.ts';
import { type LoadResult, startLoad } from './load.ts';

const INSTANCES = 2;
const LONGEST_BETWEEN_MS = 300;
/** For how long a restart waits for a request that is under way. */
const LONGEST_IDLE_MS = 10_000;
const EFFECTS_LIMIT_MS = 30_000;
const POLL_MS = 50;
const PROGRESS_EVERY = 10;

/** A round restarts each instance once, one after the other, while requests go on. */
export const rollingRestart: Proof = {
  claim: 'A service that is restarted instance by instance under load fails no request and loses no payment.',
  unit: 'rounds',
  defaultSize: 50,
  async run(context) {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-rolling-'));
    const balancer = await startBalancer();
    const instances: Instance[] = [];
    const effects = openEffects(folder);
    try {
      for (let n = 0; n < INSTANCES; n += 1) instances.push(await startInstance(folder, balancer));
      return await restartUnderLoad(context, { folder, balancer, instances, effects });
    } finally {
      await Promise.all(instances.map((instance) => instance.kill()));
      await balancer.close();
      effects.db.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Site {
  readonly folder: string;
  readonly balancer: Balancer;
  readonly instances: Instance[];
  readonly effects: Effects;
}

async function restartUnderLoad({ random, size, progress }: ProofContext, site: Site): Promise<ProofResult> {
  const load = startLoad(site.balancer.port, random);
  const violations: string[] = [];
  let restarts = 0;
  let inFlightAtSigterm = 0;
  let longestRestartMs = 0;
  for (let round = 1; round <= size; round += 1) {
    for (let n = 0; n < site.instances.length; n += 1) {
      await sleep(random.between(0, LONGEST_BETWEEN_MS));
      await Promise.race([
        site.instances[n]?.backend.busy(),
        sleep(LONGEST_IDLE_MS, undefined, { ref: false }),
      ]);
      inFlightAtSigterm += site.instances[n]?.backend.inFlight ?? 0;
      const beganAt = performance.now();
      const complaint = await restart(site, n);
      longestRestartMs = Math.max(longestRestartMs, performance.now() - beganAt);
      if (complaint !== undefined) violations.push(`round ${round}, instance ${n}: ${complaint}`);
      restarts += 1;
    }
    if (round % PROGRESS_EVERY === 0) progress(`${round} rounds, ${restarts} restarts`);
  }
  const result = await load.stop();
  const verdict = await judgePayments(result, site.effects);
  return {
    figures: {
      restarts,
      ...result.figures,
      accepted: result.accepted.size,
      ...verdict.figures,
      inFlightAtSigterm,
      longestRestartMs: Math.round(longestRestartMs),
    },
    violations: [...violations, ...result.violations, ...verdict.violations],
  };
}

/** @returns what was wrong with its end */
async function restart({ folder, balancer, instances }: Site, n: number): Promise<string | undefined> {
  const old = instances[n];
  const endedWell = await old?.end();
  old?.backend.remove();
  const complaint = endedWell === true ? undefined : `it did not end with code 0: ${old?.errors()}`;
  instances[n] = await startInstance(folder, balancer);
  return complaint;
}

/** Waits for the jobs that are still in the queue, then holds the answers against the effects. */
async function judgePayments({ accepted }: LoadResult, effects: Effects) {
  const isDone = () => {
    const counts = effects.counts();
    return [...accepted].every((id) => counts.has(id));
  };
  for (let waitedMs = 0; waitedMs < EFFECTS_LIMIT_MS && !isDone(); waitedMs += POLL_MS) await sleep(POLL_MS);
  const { lost, doubled, violations } = judge(accepted, effects.counts());
  return { figures: { lost, doubled }, violations };
}
