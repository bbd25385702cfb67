import { join } from 'node:path';
import { createEventBus, type EventBusOptions } from '@holdfast/events';
import type { Config } from '../config.ts';
import type { Storage } from '../storage/storage.ts';
import { type OrderBus, type OrderEvents, SCHEMAS } from './order-events.ts';

/**
 * The event bus: its outbox lies in the database of the orders, so that an event is committed with them or not at all;
 * its queues lie on Redis or PostgreSQL where there is one, else in a file of their own.
 */
export function openBus(
  config: Pick<Config, 'redisUrl' | 'databaseUrl' | 'dataFolder'>,
  { outbox }: Pick<Storage, 'outbox'>,
  onError: (error: Error) => void,
): OrderBus {
  return createEventBus<OrderEvents>({
    name: 'orders',
    ...queuesOf(config),
    outbox,
    schemas: SCHEMAS,
    onError,
  });
}

function queuesOf({
  redisUrl,
  databaseUrl,
  dataFolder,
}: Pick<Config, 'redisUrl' | 'databaseUrl' | 'dataFolder'>): Pick<
  EventBusOptions<OrderEvents>,
  'backend' | 'connection'
> {
  if (redisUrl !== undefined) return { connection: { url: redisUrl } };
  if (databaseUrl !== undefined) return { backend: { postgres: { url: databaseUrl } } };
  return { backend: { file: join(dataFolder, 'events.db') } };
}
