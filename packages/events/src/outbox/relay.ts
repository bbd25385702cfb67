import { randomUUID } from 'node:crypto';
import { Lease } from '../bus/lease.ts';
import { WorkLoop } from '../bus/work-loop.ts';
import type { EventLog } from '../log/event-log.ts';
import type { ResolvedOptions } from '../options.ts';
import type { OutboxTable } from './outbox-table.ts';

export interface Relay {
  readonly isActive: boolean;
  wake(): void;
  stop(): Promise<void>;
}

/**
 * Moves committed rows into the log, oldest first. The log takes an id once, so that a relay that dies between the two
 * steps, or one that wakes up after its lease, changes nothing by doing it again.
 */
export function startRelay(
  table: OutboxTable,
  log: EventLog,
  onMoved: () => void,
  { leaseMs, batchSize, clock, onError }: ResolvedOptions,
): Relay {
  const owner = randomUUID();
  const lease = new Lease((stale) => table.lease(owner, leaseMs, stale), leaseMs, clock);
  const step = async (): Promise<boolean> => {
    if (!(await lease.hold())) return false;
    const rows = await table.read(batchSize);
    if (rows.length === 0) return false;
    await log.append(rows);
    onMoved();
    await table.remove(rows);
    return rows.length === batchSize;
  };
  const loop = new WorkLoop(step, leaseMs / 3, clock, onError);
  const unwatch = table.watch(() => loop.wake());
  loop.wake();
  return {
    get isActive() {
      return lease.held;
    },
    wake: () => loop.wake(),
    stop: async () => {
      unwatch();
      await loop.stop();
      await table.release(owner).catch(onError);
    },
  };
}
