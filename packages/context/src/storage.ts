import { AsyncLocalStorage } from 'node:async_hooks';
import type { Scope } from './scope/scope.ts';
import type { SpanLike } from './scope/span-like.ts';

/** Process-wide state: found again by every copy of this package that is loaded, whatever its path. */
interface ContextState {
  readonly storage: AsyncLocalStorage<Scope>;
  /** Reads the active span where an application's own OpenTelemetry context manager stays in charge. */
  activeSpanSource: (() => SpanLike | undefined) | undefined;
}

const STATE_KEY = Symbol.for('holdfast.context.v1');

const registry = globalThis as { [STATE_KEY]?: ContextState };

export const state: ContextState = (registry[STATE_KEY] ??= {
  storage: new AsyncLocalStorage<Scope>({ name: 'holdfast.context' }),
  activeSpanSource: undefined,
});

/** The one storage of the process, for `channel.start.bindStore` and for an OpenTelemetry `ContextManager`. */
export const contextStorage: AsyncLocalStorage<Scope> = state.storage;

/**
 * Makes `getCurrentTrace()` follow a span that lives in another context manager.
 * @param source returns the active span, or undefined outside of one; pass undefined to remove the hook
 */
export function setActiveSpanSource(source: (() => SpanLike | undefined) | undefined): void {
  state.activeSpanSource = source;
}

export type { DeadlineLike } from './deadline/deadline.ts';
export { isScope, Scope, SPAN_KEY } from './scope/scope.ts';
export type { SpanContextLike, SpanLike } from './scope/span-like.ts';
