import { tracingChannel } from 'node:diagnostics_channel';
import { subscribeSafely, transformSafely } from '@holdfast/context/channels';
import { contextStorage, type Scope } from '@holdfast/context/storage';
import type { Span } from '@opentelemetry/api';
import { markFailed } from '../spans.ts';

/** How one kind of operation becomes a span. */
export interface OperationSpan<T> {
  /** Begins the span and says in which scope the operation runs. */
  begin(operation: T): { readonly span: Span; readonly scope: Scope };
  /** Adds what is known only now; the span is ended afterwards. */
  finish?(span: Span, operation: T): void;
}

/** What node's tracing channels put on the message of an operation. */
type Outcome = { error?: unknown; result?: unknown };

/**
 * Makes a span of each operation on a tracing channel. The span is active inside the operation, whether it is
 * synchronous or settles later, and ends with it.
 * @returns a function that ends the subscription; operations under way keep their spans
 */
export function subscribeToOperation<T extends object>(name: string, rule: OperationSpan<T>): () => void {
  const channel = tracingChannel<unknown, T>(name);
  // On the message, as Node puts its result there: a weak map of thousands under way is work for each collection.
  const SPAN = Symbol('span');
  type Begun = T & { [SPAN]?: Span | undefined };
  const current = () => contextStorage.getStore() as Scope;
  const transform = transformSafely<T, Scope>(current, (operation) => {
    const { span, scope } = rule.begin(operation);
    (operation as Begun)[SPAN] = span;
    return scope;
  });
  const finish = (operation: Begun & Outcome) => {
    const span = operation[SPAN];
    if (span === undefined) return;
    operation[SPAN] = undefined;
    if (operation.error !== undefined) markFailed(span, operation.error);
    rule.finish?.(span, operation);
    span.end();
  };
  channel.start.bindStore(contextStorage, transform);
  const endings = [
    // A synchronous operation is over at `end`; one that returned a promise has neither result nor error then.
    subscribeSafely<T & Outcome>(channel.end.name as string, (operation) => {
      if ('result' in operation || 'error' in operation) finish(operation);
    }),
    subscribeSafely<T & Outcome>(channel.asyncEnd.name as string, finish),
  ];
  return () => {
    channel.start.unbindStore(contextStorage);
    for (const end of endings) end();
  };
}
