/**
 * What is checked of a job stands in its id, `KIND-pPRIORITY-LANE-NUMBER`, so that an event that names it tells all.
 * A lane adds one job after the other and waits for each, so its numbers are the order in which they were added.
 */
export interface JobIdentity {
  readonly kind: JobKind;
  readonly priority: number;
  readonly lane: string;
  readonly number: number;
}

/** `plain` runs once; `flaky` fails at its first attempt; `late` is added with a delay. */
export type JobKind = 'plain' | 'flaky' | 'late';

export function toJobId({ kind, priority, lane, number }: JobIdentity): string {
  return `${kind}-p${priority}-${lane}-${number}`;
}

export function readJobId(id: string): JobIdentity {
  const [kind = 'plain', priority = '', lane = '', number = ''] = id.split('-');
  return { kind: kind as JobKind, priority: Number(priority.slice(1)), lane, number: Number(number) };
}
