/** How a failure is treated; as `classifyFailure` of `@holdfast/resilience` says. */
export type FailureClass = 'transient' | 'throttled' | 'permanent' | 'cancelled' | 'overload' | 'open';

/** Why a job is dead: the class of its last failure, or that its workers died or hung too often. */
export type DeathClass = FailureClass | 'stalled';
