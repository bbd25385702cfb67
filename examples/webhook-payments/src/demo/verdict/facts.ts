import type { Purpose } from '../delivery-record.ts';

/** Everything a verdict rests on, as the databases and records hold it when the run is over. */
export interface Facts {
  /** The webhook providers' record. */
  events: EventFact[];
  attempts: AttemptFact[];
  /** The service's business database. */
  effects: EffectFact[];
  circuit: CircuitFact[];
  starts: StartFact[];
  /** The payment provider's record. */
  requests: RequestFact[];
  charges: ChargeFact[];
  /** The queue's own store: now, and before anything was redriven. */
  deadLetters: DeadLetterFact[];
  deadLettersBeforeRedrive: DeadLetterFact[];
  /** Jobs that are neither finished nor dead. */
  unfinishedJobs: number;
  kills: KillFact[];
  /** Exit code of the service after SIGTERM at the end. */
  stopCode: number | null;
  trace: TraceFact | undefined;
  /** Which secret or private text was found in which file, by name. */
  leaks: string[];
}

export interface EventFact {
  eventId: string;
  provider: string;
  eventType: string;
  expectation: 'effect' | 'dead-letter';
  declinedCustomer: string | null;
  acceptedAt: number | null;
}

export interface AttemptFact {
  eventId: string;
  purpose: Purpose;
  sentAt: number;
  durationMs: number;
  expectedStatus: number;
  status: number | null;
  answer: string | null;
  errorCode: string | null;
}

export interface EffectFact {
  eventId: string;
  eventType: string;
  kind: string;
  chargeId: string;
  attempt: number;
  receivedAt: number;
  startedAt: number;
  recordedAt: number;
  traceId: string | null;
}

export interface CircuitFact {
  pid: number;
  from: string;
  to: string;
  at: number;
  reason: string;
}

export interface StartFact {
  pid: number;
  at: number;
}

export interface RequestFact {
  at: number;
  idempotencyKey: string | null;
  reference: string | null;
  outcome: string;
}

export interface ChargeFact {
  id: string;
  idempotencyKey: string;
  reference: string;
}

export interface DeadLetterFact {
  eventId: string;
  error: string;
  traceId: string | undefined;
  /** How many attempts its history tells of. */
  historyLength: number;
}

/** What the databases held at the moment of a crash. */
export interface KillFact {
  pid: number;
  at: number;
  activeJobs: number;
  /** Charges the provider had made whose effect was not yet recorded. */
  chargedNotRecorded: number;
}

/** One event's way through everything, as the spans tell it. */
export interface TraceFact {
  traceId: string;
  eventId: string;
  /** Which parts of the way have a span. */
  stages: Record<TraceStage, boolean>;
  spanCount: number;
  logLines: string[];
}

export type TraceStage = 'request' | 'enqueue' | 'worker' | 'database' | 'outgoing call';
