import type { Clock } from '@holdfast/context/clock';
import type { PgPool, PgPoolClient } from 'bullmq';
import {
  assertSchemaCompatibility,
  LATEST_SCHEMA_VERSION,
  PostgresConnection,
  runMigrations,
  SchemaMigrationRequiredError,
} from 'bullmq';

const FIRST_RETRY_DELAY_MS = 100;
const LONGEST_RETRY_DELAY_MS = 2000;

/**
 * BullMQ's connection gives up for good when the server is away at its first use. This one tries again: at the next
 * call, or, for a worker, by itself and for ever.
 */
export class PatientConnection extends PostgresConnection {
  readonly #pool: PgPool;
  readonly #clock: Clock | undefined;
  #ready: Promise<void> | undefined;
  #over = false;

  /** @param clock given where a server that is away is to be waited for */
  constructor(pool: PgPool, clock: Clock | undefined) {
    super(pool);
    this.#pool = pool;
    this.#clock = clock;
  }

  override waitUntilReady(): Promise<void> {
    if (this.#ready === undefined) {
      const ready = this.#clock === undefined ? this.#prepare() : this.#prepareForEver(this.#clock);
      this.#ready = ready;
      ready.then(
        () => this.emit('ready'),
        () => (this.#ready = undefined),
      );
    }
    return this.#ready;
  }

  override close(): Promise<void> {
    this.#over = true;
    return super.close();
  }

  async #prepareForEver(clock: Clock): Promise<void> {
    for (let delayMs = FIRST_RETRY_DELAY_MS; ; delayMs = Math.min(delayMs * 2, LONGEST_RETRY_DELAY_MS)) {
      try {
        await this.#prepare();
        return;
      } catch (error) {
        if (this.#over) throw error;
        this.emit('error', error);
        await new Promise<void>((resolve) => {
          clock.setTimer(resolve, delayMs, { keepAlive: true });
        });
      }
    }
  }

  async #prepare(): Promise<void> {
    const client = await this.#pool.connect();
    try {
      if ((await schemaVersion(client)) < LATEST_SCHEMA_VERSION) await runMigrations(client);
    } finally {
      client.release();
    }
  }
}

async function schemaVersion(client: PgPoolClient): Promise<number> {
  try {
    return await assertSchemaCompatibility(client);
  } catch (error) {
    if (error instanceof SchemaMigrationRequiredError) return 0;
    throw error;
  }
}
