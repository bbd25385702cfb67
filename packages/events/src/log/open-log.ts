import type { Place } from '../engines/place.ts';
import { openPostgresDriver } from '../engines/postgres-driver.ts';
import { connectRedis } from '../engines/redis-client.ts';
import type { SqlDriver } from '../engines/sql-driver.ts';
import { openSqliteDriver } from '../engines/sqlite-driver.ts';
import type { ResolvedOptions } from '../options.ts';
import type { EventLog } from './event-log.ts';
import { RedisLog } from './redis-log.ts';
import { openSqlLog } from './sql-log.ts';

/** @throws EventsMissingPeerError; EventsSchemaVersionError; what the store throws */
export async function openLog(options: ResolvedOptions): Promise<EventLog> {
  const { place, name: bus, clock, timeoutMs, pollIntervalMs, onError } = options;
  if (place.engine !== 'redis') {
    const driver = await openDriver(place, options);
    return openSqlLog(driver, { bus, clock, pollIntervalMs }).catch(async (error: unknown) => {
      await driver.close();
      throw error;
    });
  }
  const redis = await connectRedis(place.connection, timeoutMs, onError);
  const log = new RedisLog(redis, { bus, clock, pollIntervalMs, onError });
  try {
    await log.open();
    return log;
  } catch (error) {
    await log.close();
    throw error;
  }
}

/** @throws EventsMissingPeerError; what the database throws */
export function openDriver(
  place: Exclude<Place, { engine: 'redis' }>,
  { timeoutMs, pollIntervalMs, onError }: ResolvedOptions,
): Promise<SqlDriver> {
  if (place.engine === 'sqlite')
    return openSqliteDriver({ file: place.file, busyTimeoutMs: timeoutMs, pollIntervalMs });
  return openPostgresDriver({
    settings: place.settings,
    timeoutMs,
    pollIntervalMs,
    onError,
  });
}
