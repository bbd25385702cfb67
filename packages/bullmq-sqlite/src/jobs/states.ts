import type { JobState } from 'bullmq';

/** The states of a job as they are stored. */
export const STATE: {
  readonly waiting: 0;
  readonly prioritized: 1;
  readonly active: 2;
  readonly delayed: 3;
  readonly completed: 4;
  readonly failed: 5;
  readonly waitingChildren: 6;
} = {
  waiting: 0,
  prioritized: 1,
  active: 2,
  delayed: 3,
  completed: 4,
  failed: 5,
  waitingChildren: 6,
};

export type StateCode = (typeof STATE)[keyof typeof STATE];

const NAMES: readonly JobState[] = [
  'waiting',
  'prioritized',
  'active',
  'delayed',
  'completed',
  'failed',
  'waiting-children',
];

/** BullMQ's name of a stored state. */
export function stateName(code: number): JobState | 'unknown' {
  return NAMES[code] ?? 'unknown';
}

/** BullMQ says `wait` where it means the list rather than the state. */
export function previousName(code: number): string {
  return code === STATE.waiting ? 'wait' : stateName(code);
}

/** The stored state of a job type as the getters name it; undefined for types that hold no jobs here. */
export function stateCode(type: string): StateCode | undefined {
  const index = NAMES.indexOf((type === 'wait' ? 'waiting' : type) as JobState);
  return index < 0 ? undefined : (index as StateCode);
}
