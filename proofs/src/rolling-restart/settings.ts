/** What an instance of the service is told by its environment. */
export const FOLDER_VARIABLE = 'HOLDFAST_PROOF_FOLDER';

/**
 * How long an instance that is told to end still takes requests. The balancer looks twenty times in this time, so
 * that it notices also on a machine that is busy.
 */
export const READINESS_DELAY_MS = 1_000;
export const POLL_MS = 50;
