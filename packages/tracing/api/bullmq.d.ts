// bullmq.d.ts
export { BULLMQ_TELEMETRY_DEFAULTS, type BullmqTelemetryOptions, bullmqTelemetry, } from './bullmq/telemetry.ts';

// bullmq/telemetry.d.ts
import type { Telemetry } from 'bullmq';
import { type JobContext } from './job-context.ts';
export interface BullmqTelemetryOptions {
    /** Whether a job's attempt is a trace of its own linked to its producer, or continues its trace. Default `link`. */
    jobs?: 'link' | 'parent' | undefined;
}
/** Every default of `bullmqTelemetry`. */
export declare const BULLMQ_TELEMETRY_DEFAULTS: {
    readonly jobs: 'link';
};
/**
 * The `telemetry` option of BullMQ's `Queue`, `Worker` and `FlowProducer`: a producer span per job added, a consumer
 * span per attempt, and the ids of the producer in the log lines of the job. What is carried lies beside the payload.
 * @throws TracingOptionError for an option that cannot be used
 * @example new Queue('mail', { connection, telemetry: bullmqTelemetry() });
 */
export declare function bullmqTelemetry(options?: BullmqTelemetryOptions): Telemetry<JobContext>;

// bullmq/job-context.d.ts
import { type Carrier } from '@holdfast/context';
import { type Scope } from '@holdfast/context/storage';
import type { Span } from '@opentelemetry/api';
import type { ContextManager } from 'bullmq';
/** What BullMQ hands around as a context, without looking into it. */
export declare class JobContext {
    readonly scope: Scope | undefined;
    /** Active in the context, and not yet where it was made. */
    readonly span: Span | undefined;
    /** Where a job comes from. */
    readonly carrier: Carrier | undefined;
    /** A background loop belongs to nobody. */
    readonly detached: boolean;
    constructor(init: {
        scope?: Scope | undefined;
        span?: Span;
        carrier?: Carrier;
        detached?: boolean;
    });
}
/** Contexts for BullMQ: the scope of `@holdfast/context`, so that log lines of a job carry the ids of its producer. */
export declare const jobContexts: ContextManager<JobContext>;
