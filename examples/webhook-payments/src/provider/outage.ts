/**
 * `unavailable` answers 503; `hang` never answers; `reset` makes the charge and then breaks the connection, so that
 * the caller cannot know; `mixed` takes these in turn. `slow` makes the charge and takes its time to say so.
 */
export const OUTAGE_MODES = ['unavailable', 'hang', 'reset', 'mixed', 'slow'] as const;
export type OutageMode = (typeof OUTAGE_MODES)[number];
export type Fault = Exclude<OutageMode, 'mixed'>;

/** Whether the stand-in is failing just now, and how. */
export interface Outage {
  begin(mode: OutageMode, forMs: number): void;
  end(): void;
  /** The fault of the next request; undefined while all is well. */
  nextFault(): Fault | undefined;
}

const IN_TURN: readonly Fault[] = ['unavailable', 'reset', 'hang'];

/** @param now monotonic milliseconds */
export function createOutage(now: () => number = () => performance.now()): Outage {
  let mode: OutageMode | undefined;
  let endsAt = 0;
  let turn = 0;
  return {
    begin: (nextMode, forMs) => {
      mode = nextMode;
      endsAt = now() + forMs;
    },
    end: () => {
      mode = undefined;
    },
    nextFault: () => {
      if (mode !== undefined && now() >= endsAt) mode = undefined;
      if (mode !== 'mixed') return mode;
      turn += 1;
      return IN_TURN[turn % IN_TURN.length];
    },
  };
}

export function isOutageMode(value: unknown): value is OutageMode {
  return (OUTAGE_MODES as readonly unknown[]).includes(value);
}
