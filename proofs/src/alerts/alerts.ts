import { setTimeout as delay } from 'node:timers/promises';
import { startRedis } from '@holdfast/test-servers';
import type { Proof, ProofContext } from '../harness/proof.ts';
import { FAULTS, type Fault } from './faults.ts';
import { emptyPanels, panelQueries } from './panels.ts';
import { startServer } from './server-process.ts';
import { openStage, type Stage } from './stage.ts';
import { startVisits } from './visits.ts';

/** Long enough for every alert to fire, and to see that a quiet service has none. */
const QUIET_MS = 20_000;
/** A fault stays after its alert, for the alerts of others to show. */
const AFTERMATH_MS = 10_000;
const LOOK_EVERY_MS = 500;

export const alerts: Proof = {
  claim: 'With faults on, every panel has data, and each alert fires for its fault and for no other.',
  unit: 'seconds',
  defaultSize: 90,
  run: async (context) => {
    const outcomes = [];
    for (const fault of FAULTS) outcomes.push(await tryFault(fault, context));
    const panels = await tryPanels(context);
    const seconds = Object.fromEntries(
      outcomes.map(({ alert, firedAfterMs }) => [`${alert}FiredAfterMs`, Math.round(firedAfterMs ?? -1)]),
    );
    return {
      figures: { faults: FAULTS.length, ...seconds, ...panels.figures },
      violations: [...outcomes.flatMap(({ violations }) => violations), ...panels.violations],
    };
  },
};

interface Outcome {
  readonly alert: string;
  readonly firedAfterMs: number | undefined;
  readonly violations: readonly string[];
}

async function tryFault(fault: Fault, { size, progress }: ProofContext): Promise<Outcome> {
  const stage = await openStage(fault.stage);
  let end: () => void | Promise<void> = () => {};
  try {
    await delay(QUIET_MS);
    const before = await everFired(stage);
    end = await fault.begin(stage);
    const firedAfterMs = await untilFired(stage, fault.alert, size * 1000);
    await delay(AFTERMATH_MS);
    const fired = await everFired(stage);
    progress(`${fault.name}: ${[...fired].join(', ') || 'nothing fired'}`);
    return { alert: fault.alert, firedAfterMs, violations: judge(fault, before, fired) };
  } finally {
    await end();
    await stage.close();
  }
}

function judge({ name, alert }: Fault, before: ReadonlySet<string>, fired: ReadonlySet<string>): string[] {
  const violations = [...before].map((one) => `before ${name}: ${one} fired`);
  if (!fired.has(alert)) violations.push(`${name}: ${alert} did not fire`);
  const others = [...fired].filter((one) => one !== alert && !before.has(one));
  return [...violations, ...others.map((one) => `${name}: ${one} fired too`)];
}

/** The names of all alerts that have fired since Prometheus was started. */
async function everFired({ prometheus }: Stage): Promise<ReadonlySet<string>> {
  const samples = await prometheus.query(
    'max by (alertname) (max_over_time(ALERTS{alertstate="firing"}[1h]))',
  );
  return new Set(samples.map(({ labels }) => labels['alertname'] ?? ''));
}

/** @returns after how long; undefined when the limit was reached */
async function untilFired(
  { prometheus }: Stage,
  alert: string,
  limitMs: number,
): Promise<number | undefined> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < limitMs) {
    const firing = await prometheus.query(`ALERTS{alertstate="firing", alertname="${alert}"}`);
    if (firing.length > 0) return performance.now() - startedAt;
    await delay(LOOK_EVERY_MS);
  }
  return undefined;
}

interface PanelOutcome {
  readonly figures: Readonly<Record<string, number>>;
  readonly violations: readonly string[];
}

/** The main job with a few declined cards, and the playground for what the main job has no use for. */
async function tryPanels({ size, progress }: ProofContext): Promise<PanelOutcome> {
  const redis = await startRedis();
  const env = { PORT: '0', REDIS_URL: redis.url, LOG_LEVEL: 'fatal' };
  const playground = await startServer('playground/src/main.ts', env);
  const endVisits = startVisits(playground.url);
  const stage = await openStage({
    alsoScrape: [playground.address],
    env: { QUEUE_WHEN_UNAVAILABLE: 'spool' },
  });
  try {
    stage.load.declineEvery(10);
    const startedAt = performance.now();
    let empty = await emptyPanels(stage.prometheus);
    while (empty.length > 0 && performance.now() - startedAt < size * 1000) {
      await delay(LOOK_EVERY_MS);
      empty = await emptyPanels(stage.prometheus);
    }
    const all = panelQueries().length;
    progress(`${all - empty.length} of ${all} panel queries have data`);
    return {
      figures: { panelQueries: all, withData: all - empty.length },
      violations: empty.map((panel) => `no data: ${panel}`),
    };
  } finally {
    await endVisits();
    await playground.kill();
    await stage.close();
    await redis.stop();
  }
}
