import type { Config } from '../config.ts';
import { openQueue } from '../queue.ts';
import type { Observer } from './live-figures.ts';
import type { OperatorClient } from './operator-client.ts';
import type { ProviderControl } from './provider-control.ts';
import type { Service } from './service.ts';
import { until } from './until.ts';
import type { KillFact } from './verdict/facts.ts';

export interface KillParts {
  service: Service;
  operator: OperatorClient;
  observer: Observer;
  provider: ProviderControl;
  /** The service's own settings: to look into its queue while nobody works on it. */
  config: Config;
  signal: AbortSignal;
}

const LIMIT_MS = 120_000;

/**
 * Kills the service with SIGKILL while jobs are active, looks at what it left behind, and starts it again.
 * @param whileCharging hits the worst moment: the provider has made charges and is slow to say so
 */
export async function killInMidWork(parts: KillParts, whileCharging: boolean): Promise<KillFact> {
  const { service, operator, observer, provider, config, signal } = parts;
  if (whileCharging) await provider.fail('slow', LIMIT_MS);
  const isInMidWork = async () => {
    const active = (await operator.status())?.active ?? 0;
    return active > 1 && (!whileCharging || observer.countUnrecordedCharges() > 1);
  };
  await until(isInMidWork, { what: 'A moment with active jobs', limitMs: LIMIT_MS, signal, everyMs: 3 });
  const pid = service.pid() ?? 0;
  await service.kill();
  const at = Date.now();
  const chargedNotRecorded = observer.countUnrecordedCharges();
  const activeJobs = await countActive(config);
  if (whileCharging) await provider.recover();
  await service.start();
  return { pid, at, activeJobs, chargedNotRecorded };
}

/** From the queue's store itself: jobs that the dead process had in hand. */
async function countActive(config: Config): Promise<number> {
  const queue = openQueue(config);
  try {
    return (await queue.getMetrics()).counts.active;
  } finally {
    await queue.close();
  }
}
