import { type Feature, type FeatureContext, snapshotsOf } from './feature.ts';

/** Fact `holdfast:events:published`, as far as it is read here. */
interface EventPublished {
  readonly outcome: string;
}

/** Snapshot of kind `events.outbox`, as far as it is read here. */
interface OutboxSnapshot {
  readonly bus: string;
  readonly pending: number;
  readonly oldestAgeMs: number;
  readonly isActive: boolean;
}

/** Snapshot of kind `events.group`, as far as it is read here. */
interface GroupSnapshot {
  readonly bus: string;
  readonly group: string;
  readonly lag: number;
}

export function createEventsMetrics({ families, service, subscribe }: FeatureContext): Feature {
  const published = families.counter({
    name: 'events_published_total',
    help: 'Events by how their publish ended: published, outbox, duplicate, refused, failed, dead-lettered.',
    labelNames: ['outcome'],
    service,
  });
  const pulled = (name: string, help: string, labelNames: readonly string[]) =>
    families.gauge({ name, help, labelNames, service, pulled: true });
  const pending = pulled('events_outbox_pending', 'Events that were committed and are not in the log yet.', [
    'bus',
  ]);
  const age = pulled('events_outbox_oldest_age_ms', 'Age of the oldest of them.', ['bus']);
  const active = pulled(
    'events_outbox_relay_active',
    '1 where the relay of this process is the one that works.',
    ['bus'],
  );
  const lag = pulled(
    'events_group_lag',
    'How many places of the log are not in the queue of the group yet.',
    ['bus', 'group'],
  );
  subscribe<EventPublished>('holdfast:events:published', ({ outcome }) => {
    published.at([outcome]).value += 1;
  });
  return {
    apply(states) {
      for (const gauge of [pending, age, active, lag]) gauge.clear();
      // Two objects of one bus see the same tables: the later answer stands, and the relay is any of them.
      for (const snapshot of snapshotsOf<OutboxSnapshot>(states, 'events.outbox')) {
        pending.at([snapshot.bus]).value = snapshot.pending;
        age.at([snapshot.bus]).value = snapshot.oldestAgeMs;
        active.at([snapshot.bus]).value += snapshot.isActive ? 1 : 0;
      }
      for (const snapshot of snapshotsOf<GroupSnapshot>(states, 'events.group'))
        lag.at([snapshot.bus, snapshot.group]).value = snapshot.lag;
    },
  };
}
