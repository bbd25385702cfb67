import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { DeliveryRecord } from './delivery-record.ts';
import type { OperatorClient, OperatorStatus } from './operator-client.ts';
import type { Workspace } from './workspace.ts';

/** What the progress display shows. */
export interface LiveFigures {
  sent: number;
  accepted: number;
  done: number;
  /** Calls to the payment provider that were made again. */
  retried: number;
  dead: number;
  active: number;
  waiting: number;
  /** The circuit's state, or that the service is down. */
  circuit: string;
}

/** Looks into the databases while they are written, and asks the service what it has in hand. */
export interface Observer {
  figures(): Promise<LiveFigures>;
  countEffects(): number;
  /** Charges that the provider has answered, or is about to, whose effect is not recorded. */
  countUnrecordedCharges(): number;
  countRequests(outcome: string): number;
  /** The states of the circuit since the newest start of the service, in their order. */
  circuitStates(): string[];
  close(): void;
}

/** @param isUp whether the service process runs */
export function createObserver(
  workspace: Workspace,
  deliveries: DeliveryRecord,
  operator: OperatorClient,
  isUp: () => boolean,
): Observer {
  const business = lazily(workspace.businessFile);
  const provider = lazily(workspace.providerFile);
  let lastStatus: OperatorStatus = { active: 0, waiting: 0, deadLetters: 0 };

  const countEffects = () => business.value('SELECT count(DISTINCT event_id) FROM effects') ?? 0;
  const circuitStates = () =>
    business.values(
      'SELECT to_state FROM circuit_changes WHERE at >= (SELECT max(at) FROM starts) ORDER BY id',
    );

  return {
    countEffects,
    circuitStates,
    countUnrecordedCharges: () => {
      const recorded = new Set(business.values('SELECT event_id FROM effects'));
      return provider.values(UNDISTURBED_CHARGES).filter((reference) => !recorded.has(reference)).length;
    },
    countRequests: (outcome) =>
      provider.value('SELECT count(*) FROM requests WHERE outcome = ?', outcome) ?? 0,
    figures: async () => {
      lastStatus = (await operator.status()) ?? lastStatus;
      return {
        sent: deliveries.countSent(),
        accepted: deliveries.countAccepted(),
        done: countEffects(),
        retried: provider.value('SELECT count(*) - count(DISTINCT idempotency_key) FROM requests') ?? 0,
        dead: lastStatus.deadLetters,
        active: lastStatus.active,
        waiting: lastStatus.waiting,
        circuit: isUp() ? (circuitStates().at(-1) ?? 'CLOSED') : 'service down',
      };
    },
    close: () => {
      business.close();
      provider.close();
    },
  };
}

/** Not those of an outage, whose answer never came. */
const UNDISTURBED_CHARGES = `
  SELECT reference FROM charges
  WHERE idempotency_key IN (SELECT idempotency_key FROM requests WHERE outcome IN ('made', 'replayed'))`;

interface LazyDatabase {
  value(sql: string, ...parameters: string[]): number | undefined;
  values(sql: string): string[];
  close(): void;
}

/** A database that another process makes: opened for reading once its tables are there. */
function lazily(file: string): LazyDatabase {
  let db: Database.Database | undefined;
  const statements = new Map<string, Database.Statement>();
  const prepared = (sql: string): Database.Statement | undefined => {
    if (db === undefined && !existsSync(file)) return undefined;
    db ??= new Database(file, { readonly: true, timeout: 2000 });
    const known = statements.get(sql);
    if (known !== undefined) return known;
    try {
      const statement = db.prepare(sql).pluck();
      statements.set(sql, statement);
      return statement;
    } catch {
      // The file is there before its tables are.
      return undefined;
    }
  };
  return {
    value: (sql, ...parameters) => prepared(sql)?.get(...parameters) as number | undefined,
    values: (sql) => (prepared(sql)?.all() ?? []) as string[],
    close: () => {
      db?.close();
    },
  };
}
