import { type Carrier, fromCarrier, toCarrier } from '@holdfast/context';
import { contextStorage, type Scope } from '@holdfast/context/storage';
import type { Span } from '@opentelemetry/api';
import type { ContextManager } from 'bullmq';
import { activeSource } from '../active-source.ts';
import { otel } from '../otel-api.ts';

/** What BullMQ hands around as a context, without looking into it. */
export class JobContext {
  readonly scope: Scope | undefined;
  /** Active in the context, and not yet where it was made. */
  readonly span: Span | undefined;
  /** Where a job comes from. */
  readonly carrier: Carrier | undefined;
  /** A background loop belongs to nobody. */
  readonly detached: boolean;

  constructor(init: { scope?: Scope | undefined; span?: Span; carrier?: Carrier; detached?: boolean }) {
    this.scope = init.scope;
    this.span = init.span;
    this.carrier = init.carrier;
    this.detached = init.detached ?? false;
  }
}

/** Contexts for BullMQ: the scope of `@holdfast/context`, so that log lines of a job carry the ids of its producer. */
export const jobContexts: ContextManager<JobContext> = {
  active: () => new JobContext({ scope: contextStorage.getStore() }),
  root: () => new JobContext({ detached: true }),
  with: (context, fn) => {
    if (context.detached) {
      const { context: contexts, ROOT_CONTEXT } = otel();
      return contextStorage.exit(() => contexts.with(ROOT_CONTEXT, () => fn()));
    }
    const { scope, span } = context;
    if (scope === undefined) return fn();
    const source = activeSource();
    return contextStorage.run(scope, () =>
      span === undefined || source.attaches ? fn() : source.runWith(span, fn),
    );
  },
  getMetadata: ({ scope }) => (scope === undefined ? '' : JSON.stringify(toCarrier(scope))),
  fromMetadata: (_active, metadata) => {
    const carrier = readCarrier(metadata);
    return new JobContext({ scope: fromCarrier(carrier) as Scope, carrier });
  },
};

/** Metadata that somebody else wrote may be anything. */
function readCarrier(metadata: string): Carrier {
  try {
    const parsed: unknown = JSON.parse(metadata);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Carrier) : {};
  } catch {
    return {};
  }
}
