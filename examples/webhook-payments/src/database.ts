import type { Config } from './config.ts';
import { openSqliteDatabase } from './database-sqlite.ts';

/** What an event has led to, once and for all. */
export interface Effect {
  eventId: string;
  provider: string;
  eventType: string;
  kind: string;
  amountCents: number;
  currency: string;
  /** The payment provider's id for the charge. */
  chargeId: string;
  /** 1-based: the attempt that succeeded. */
  attempt: number;
  /** Epoch ms. */
  receivedAt: number;
  /** Epoch ms: when the attempt that succeeded began. */
  startedAt: number;
  traceId: string | undefined;
}

export interface CircuitChange {
  name: string;
  from: string;
  to: string;
  /** Epoch ms. */
  at: number;
  reason: string;
}

/** A payment as operators see it. */
export interface Payment {
  readonly provider: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly kind: string;
  readonly amountCents: number;
  readonly currency: string;
  readonly chargeId: string;
  /** Epoch ms. */
  readonly recordedAt: number;
  readonly traceId: string | null;
}

/** Each answers at once on SQLite, and with a promise on PostgreSQL. */
export interface PaymentsDatabase {
  /**
   * Records the effect of an event and the event's id in one transaction.
   * @returns false when the event had its effect before, and nothing was written
   */
  recordEffect(effect: Effect): boolean | Promise<boolean>;
  findPayment(provider: string, eventId: string): Payment | undefined | Promise<Payment | undefined>;
  recordCircuitChange(change: CircuitChange): void | Promise<void>;
  countEffects(): number | Promise<number>;
  /** Rejects or throws when it cannot be asked. */
  check(): void | Promise<void>;
  close(): void | Promise<void>;
}

/**
 * Opens the business data: on PostgreSQL where its address is given, else in a SQLite file.
 * @param onTrouble is told of a connection that broke while nobody used it
 * @throws DatabaseError
 */
export async function openDatabase(
  { databaseUrl, dataFolder }: Pick<Config, 'databaseUrl' | 'dataFolder'>,
  onTrouble: (error: Error) => void,
): Promise<PaymentsDatabase> {
  if (databaseUrl === undefined) return openSqliteDatabase(dataFolder);
  const { openPostgresDatabase } = await import('./database-postgres.ts');
  return openPostgresDatabase(databaseUrl, onTrouble);
}
