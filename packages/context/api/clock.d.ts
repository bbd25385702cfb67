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
