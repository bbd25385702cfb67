import { type DisabledReason, endpointChannel, publish, type WebhookEndpointChange } from './channels.ts';
import type { ResolvedSenderOptions } from './options.ts';
import type { StoredEndpoint, WebhookStore } from './store/delivery-store.ts';

/** Probes of endpoints that failed together come back spread over this part of the interval. */
const PROBE_SPREAD_RATIO = 0.1;

/** Whether endpoints are enabled, and since when they fail. */
export interface EndpointHealth {
  succeeded(endpoint: StoredEndpoint): Promise<void>;
  /** Whether the endpoint has been failing for so long that it is disabled now. */
  failed(endpoint: StoredEndpoint): Promise<boolean>;
  disable(id: string, reason: DisabledReason): Promise<boolean>;
  enable(endpoint: StoredEndpoint, reason: 'manual' | 'probe'): Promise<boolean>;
  /** Epoch ms until which a probe is due, and beyond which none is put off. */
  dueProbes(): { readonly now: number; readonly latest: number };
  /** Puts the next probe off; false where another process has done so already. */
  claimProbe(endpoint: StoredEndpoint): Promise<boolean>;
}

type HealthOptions = Pick<ResolvedSenderOptions, 'disableAfterMs' | 'probeIntervalMs' | 'clock'>;

export function createEndpointHealth(store: WebhookStore, options: HealthOptions): EndpointHealth {
  const { clock, disableAfterMs, probeIntervalMs } = options;
  const nextProbeAt = () =>
    Math.round(clock.wallTime() + probeIntervalMs * (1 + PROBE_SPREAD_RATIO * Math.random()));

  const tell = (
    endpointId: string,
    change: WebhookEndpointChange['change'],
    reason: DisabledReason | 'probe',
  ) =>
    publish<WebhookEndpointChange>(endpointChannel, () => ({
      endpointId,
      change,
      reason,
      at: clock.wallTime(),
    }));

  async function disable(id: string, reason: DisabledReason): Promise<boolean> {
    const probeAt = reason === 'failing' ? nextProbeAt() : null;
    const changes = { disabledReason: reason, disabledAt: clock.wallTime(), probeAt };
    const isChanged = await store.updateEndpoint(id, changes, { disabledReason: null });
    if (isChanged) tell(id, 'disabled', reason);
    return isChanged;
  }

  return {
    disable,
    succeeded: async ({ id, failingSince }) => {
      if (failingSince !== null) await store.updateEndpoint(id, { failingSince: null });
    },
    failed: async ({ id, failingSince }) => {
      const now = clock.wallTime();
      if (failingSince === null)
        await store.updateEndpoint(id, { failingSince: now }, { failingSince: null });
      if (now - (failingSince ?? now) < disableAfterMs) return false;
      await disable(id, 'failing');
      return true;
    },
    enable: async ({ id, disabledReason }, reason) => {
      if (disabledReason === null) return false;
      const changes = { disabledReason: null, disabledAt: null, failingSince: null, probeAt: null };
      const isChanged = await store.updateEndpoint(id, changes, { disabledReason });
      if (isChanged) tell(id, 'enabled', reason);
      return isChanged;
    },
    dueProbes: () => {
      const now = clock.wallTime();
      // Further than any is put off, also by a process whose clock is somewhat ahead.
      return { now, latest: now + 2 * probeIntervalMs };
    },
    claimProbe: ({ id, probeAt }) =>
      store.updateEndpoint(id, { probeAt: nextProbeAt() }, { probeAt, disabledReason: 'failing' }),
  };
}
