import type { Timer } from '@holdfast/context/clock';
import { contextStorage } from '@holdfast/context/storage';
import type { Deliverer } from './deliverer.ts';
import type { DeliveryLog } from './delivery-log.ts';
import type { EndpointHealth } from './endpoint-health.ts';
import type { ResolvedSenderOptions } from './options.ts';
import type { StoredEndpoint, WebhookStore } from './store/delivery-store.ts';

export interface MaintenanceParts {
  readonly store: WebhookStore;
  readonly health: EndpointHealth;
  readonly deliverer: Deliverer;
  readonly log: DeliveryLog;
  readonly onEnabled: (endpointId: string) => void;
  readonly onError: (error: Error) => void;
  readonly options: ResolvedSenderOptions;
}

export interface Maintenance {
  /** Waits for what is under way. */
  close(): Promise<void>;
}

const PROBES_AT_ONCE = 20;
const RELEASES_AT_ONCE = 20;
const PURGE_BATCH = 500;
const PURGE_BATCHES = 20;

/**
 * Now and then: probes endpoints that were disabled for failing, hands on what is still held for endpoints that are
 * enabled, removes what is older than the retention. Any number of processes may do it.
 */
export function startMaintenance(parts: MaintenanceParts): Maintenance {
  const { store, health, deliverer, log, options } = parts;
  const { clock, maintenanceIntervalMs, retentionMs } = options;
  const stopping = new AbortController();
  let timer: Timer | undefined;
  let running: Promise<void> = Promise.resolve();

  async function probe(endpoint: StoredEndpoint): Promise<void> {
    const [oldest] = await store.deliveries({
      endpointId: endpoint.id,
      status: 'held',
      order: 'oldest',
      limit: 1,
    });
    if (oldest === undefined || !(await health.claimProbe(endpoint))) return;
    if (!(await deliverer.probe(endpoint, oldest, stopping.signal))) return;
    parts.onEnabled(endpoint.id);
    if (await health.enable(endpoint, 'probe')) await log.release(endpoint.id);
  }

  async function purge(): Promise<void> {
    const before = clock.wallTime() - retentionMs;
    for (let batch = 0; batch < PURGE_BATCHES; batch += 1)
      if ((await store.purge(before, PURGE_BATCH)) < PURGE_BATCH) return;
  }

  async function look(): Promise<void> {
    const due = await store.endpointsToProbe({ ...health.dueProbes(), limit: PROBES_AT_ONCE });
    await Promise.all(due.map(probe));
    for (const id of await store.endpointsToRelease(RELEASES_AT_ONCE)) await log.release(id);
    await purge();
  }

  function schedule(): void {
    if (stopping.signal.aborted) return;
    timer = clock.setTimer(run, maintenanceIntervalMs);
  }

  function run(): void {
    running = look()
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) parts.onError(error as Error);
      })
      .then(schedule);
  }

  // It must not carry the context of the request that started it.
  contextStorage.exit(schedule);
  return {
    close: async () => {
      stopping.abort();
      timer?.cancel();
      await running;
    },
  };
}
