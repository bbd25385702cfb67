import { readConfig } from '../config.ts';
import { killChildren } from './child.ts';
import { openDeliveryRecord } from './delivery-record.ts';
import { type Evidence, gatherEvidence } from './evidence.ts';
import { createObserver, type Observer } from './live-figures.ts';
import { createOperatorClient } from './operator-client.ts';
import type { Progress } from './progress.ts';
import { startProvider } from './provider-control.ts';
import type { DemoRedis } from './redis.ts';
import { makeReport, type Report } from './report/report.ts';
import type { Plan } from './scale.ts';
import { play, type Stage } from './scenario.ts';
import { createSender } from './sender.ts';
import { createService, serviceEnvironment } from './service.ts';
import type { Workspace } from './workspace.ts';

export interface RunOptions {
  plan: Plan;
  workspace: Workspace;
  /** Undefined for SQLite. */
  redis: DemoRedis | undefined;
  progress: Progress;
  signal: AbortSignal;
}

export interface RunResult {
  report: Report;
  evidence: Evidence;
}

const SHOW_EVERY_MS = 150;

/** Starts everything, plays the scenario, stops everything, and makes the report from what is left. */
export async function run(options: RunOptions): Promise<RunResult> {
  const { plan, redis, progress } = options;
  const startedAt = Date.now();
  const beganAt = performance.now();
  try {
    const opened = await setStage(options);
    const { stage } = opened;
    const display = keepShowing(stage.observer, progress);
    try {
      const played = await play(stage);
      const endedAt = Date.now();
      display.stop();
      progress.note('stopping the service');
      const stopCode = await stage.service.stop();
      await stage.provider.stop();
      const evidence = await gatherEvidence(options.workspace, stage.config, plan, { ...played, stopCode });
      const tookMs = performance.now() - beganAt;
      const engine = redis === undefined ? 'sqlite' : 'redis';
      const report = makeReport(evidence.facts, plan, { engine, startedAt, endedAt, tookMs });
      return { report, evidence };
    } finally {
      display.stop();
      progress.end();
      opened.close();
    }
  } finally {
    await killChildren();
  }
}

/** Starts the two processes, and the webhook providers' side with its record. */
async function setStage(options: RunOptions): Promise<{ stage: Stage; close(): void }> {
  const { plan, workspace, redis, progress, signal } = options;
  const { secrets, deliveriesFile } = workspace;
  const provider = await startProvider(workspace);
  const env = serviceEnvironment(workspace, provider.url, redis);
  const config = readConfig(env);
  const service = createService(env, workspace);
  await service.start();
  progress.note(`the service (pid ${service.pid()}) and the payment provider (pid ${provider.pid}) are up`);
  const deliveries = openDeliveryRecord(deliveriesFile);
  for (const fixture of plan.fixtures) deliveries.addEvent(fixture);
  const baseUrl = () => service.url();
  const operator = createOperatorClient(baseUrl, secrets.operatorKey);
  const observer = createObserver(workspace, deliveries, operator, () => baseUrl() !== undefined);
  const sender = createSender({ baseUrl, secrets: secrets.webhook, record: deliveries, signal });
  const close = () => {
    observer.close();
    deliveries.close();
  };
  return {
    stage: { plan, provider, service, sender, deliveries, observer, operator, progress, signal, config },
    close,
  };
}

/** One look at a time: while the service is busy or down, an answer may be long in coming. */
function keepShowing(observer: Observer, progress: Progress): { stop(): void } {
  let isLooking = false;
  const look = async () => {
    isLooking = true;
    try {
      progress.show(await observer.figures());
    } catch {
      // A figure that cannot be had just now is had the next time.
    } finally {
      isLooking = false;
    }
  };
  const timer = setInterval(() => {
    if (!isLooking) void look();
  }, SHOW_EVERY_MS);
  return { stop: () => clearInterval(timer) };
}
