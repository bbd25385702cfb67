import type { EventLog } from '../log/event-log.ts';
import { openDriver, openLog } from '../log/open-log.ts';
import type { ResolvedOptions } from '../options.ts';
import { type OutboxTable, openOutboxTable } from '../outbox/outbox-table.ts';
import { type Relay, startRelay } from '../outbox/relay.ts';
import { AppendBatch } from './append-batch.ts';
import { type Dispatcher, startDispatcher } from './dispatcher.ts';
import { GroupQueues } from './group-queues.ts';

/** What an open bus works with. */
export interface Stores {
  readonly log: EventLog;
  readonly batch: AppendBatch;
  readonly queues: GroupQueues;
  readonly dispatcher: Dispatcher;
  readonly outbox: { readonly table: OutboxTable; readonly relay: Relay } | undefined;
  close(): Promise<void>;
}

/** Opens the log and the outbox and starts what moves events. @throws what the stores throw; nothing is left open */
export async function openStores(options: ResolvedOptions): Promise<Stores> {
  const log = await openLog(options);
  try {
    const table = await openTable(options);
    const queues = new GroupQueues(options);
    const dispatcher = startDispatcher(log, queues, options);
    const outbox = table && {
      table,
      relay: startRelay(table, log, () => dispatcher.wake(), options),
    };
    const batch = new AppendBatch(log, options.batchSize);
    return {
      log,
      batch,
      queues,
      dispatcher,
      outbox,
      close: async () => {
        await batch.close();
        await outbox?.relay.stop();
        await dispatcher.stop();
        await queues.close();
        await outbox?.table.close();
        await log.close();
      },
    };
  } catch (error) {
    await log.close();
    throw error;
  }
}

async function openTable(options: ResolvedOptions): Promise<OutboxTable | undefined> {
  if (options.outbox === undefined) return undefined;
  const driver = await openDriver(options.outbox, options);
  return openOutboxTable(driver, options).catch(async (error: unknown) => {
    await driver.close();
    throw error;
  });
}
