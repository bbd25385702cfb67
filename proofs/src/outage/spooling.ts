import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProofContext, ProofResult } from '../harness/proof.ts';
import { startPlant } from '../workload/plant.ts';
import type { Scenario } from './scenarios.ts';

const PRODUCER = new URL('../workload/steady-producer.ts', import.meta.url);
const UP_MS = 2_000;

/** 500 events a second while the server is away for `outageMs`. */
export async function runScenario(
  name: string,
  scenario: Scenario,
  outageMs: number,
  { random, progress }: ProofContext,
): Promise<ProofResult> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-proof-'));
  const { engine, url: redisUrl, settings, mustSpool = false, mustRefuse = false } = scenario;
  const plant = startPlant(
    { engine, folder, redisUrl, spool: engine !== 'sqlite', ...settings },
    random.fork(),
    PRODUCER,
  );
  try {
    await plant.ready();
    await sleep(UP_MS);
    progress(`${name}: the server goes for ${outageMs} ms, ${plant.history.accepted.size} accepted`);
    await scenario.begin();
    await sleep(outageMs);
    await scenario.end();
    progress(`${name}: the server is back, ${plant.history.accepted.size} accepted`);
    await sleep(UP_MS);
    await scenario.afterwards?.();
    const { figures, violations } = await plant.finish();
    const found = [...violations];
    if (mustSpool && figures['spooled'] === 0) found.push('nothing was spooled: nothing was shown');
    if (mustRefuse && figures['refusals'] === 0) found.push('nothing was refused: nothing was shown');
    return { figures, violations: found };
  } finally {
    await plant.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
