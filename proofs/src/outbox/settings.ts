/** What every process of the proof is started with. */
export interface OutboxSettings {
  readonly engine: 'sqlite' | 'postgres';
  readonly role: 'writer' | 'relay' | 'consumer';
  /** SQLite: the folder of `app.db` and `events.db`. PostgreSQL: the url. */
  readonly where: string;
  readonly seed: number;
}

export const SETTINGS_VARIABLE = 'HOLDFAST_OUTBOX_PROOF';
export const KEYS = 6;
export const BUS = 'shop';
export const GROUP = 'effects';
export const EVENT = 'order.placed';
