// Kept from before anyone can replace the clock of the process, as test runners do.
const { now } = Date;

/**
 * Epoch ms by which locks, rate limits, deduplication keys and stalled checks run out. It is the system's own clock, as
 * a server's would be, whatever a test has made of `Date`: due times and ages follow that one.
 */
export const expiryClock: { now(): number } = { now: () => now() };
