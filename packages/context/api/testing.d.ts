// testing/index.d.ts
export { ManualClock } from './manual-clock.ts';

// testing/manual-clock.d.ts
import type { Clock, Timer } from '../clock.ts';
/** A clock that stands still until told: timers fire in order of their time, none on its own. */
export declare class ManualClock implements Clock {
    #private;
    /** @param wallTime epoch milliseconds at the start, default 2026-01-01T00:00:00Z */
    constructor(wallTime?: number);
    now(): number;
    wallTime(): number;
    setTimer(callback: () => void, delayMs: number): Timer;
    /** How many timers wait: zero shows that nothing was left behind. */
    get pendingTimers(): number;
    /** Moves time forward, firing what falls due and letting promises settle before and after each timer. */
    advance(ms: number): Promise<void>;
}

// clock.d.ts
/** Time and timers in one object, so that tests decide when time passes. */
export interface Clock {
    /** Monotonic milliseconds with a fraction, for durations and deadlines. */
    now(): number;
    /** Epoch milliseconds, only for what is stored or shown. */
    wallTime(): number;
    /** Runs `callback` once after `delayMs`; a delay over 2^31-1 ms is waited out in full. */
    setTimer(callback: () => void, delayMs: number, options?: TimerOptions): Timer;
}
export interface TimerOptions {
    /** Whether the timer alone keeps the process alive. Default false. */
    keepAlive?: boolean;
}
/** A timer that has been set. */
export interface Timer {
    /** The callback will not run; does nothing when it has. */
    cancel(): void;
}
export declare const systemClock: Clock;
