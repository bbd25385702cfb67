import { setActiveSpanSource } from '@holdfast/context/storage';
import type { TracerProvider } from '@opentelemetry/api';
import { otel } from './otel-api.ts';
import { ScopeContextManager } from './propagation/context-manager.ts';
import { W3cPropagator } from './propagation/propagator.ts';
import type { SpanSource } from './span-source.ts';

/** What an application has already registered with `@opentelemetry/api`. */
export interface ForeignRegistration {
  readonly tracerProvider: boolean;
  readonly contextManager: boolean;
}

const PROBE = Symbol('holdfast.tracing.probe');

/** Looks without touching: nothing is registered and no span is made. */
export function findForeign(): ForeignRegistration {
  const { context, ROOT_CONTEXT, trace } = otel();
  const probed = context.with(ROOT_CONTEXT.setValue(PROBE, true), () => context.active().getValue(PROBE));
  return { tracerProvider: hasDelegate(trace.getTracerProvider()), contextManager: probed === true };
}

/** The API's own stand-in has no tracer to delegate to until somebody registers a provider. */
function hasDelegate(provider: TracerProvider & { getDelegateTracer?: (name: string) => unknown }): boolean {
  if (provider.getDelegateTracer === undefined) return true;
  return provider.getDelegateTracer('holdfast.tracing.probe') !== undefined;
}

/** Registers our context manager, our provider, and our propagator where it is wanted. */
export function register(provider: TracerProvider, withPropagator: boolean): void {
  const { context, propagation, trace } = otel();
  context.setGlobalContextManager(new ScopeContextManager());
  if (withPropagator) propagation.setGlobalPropagator(new W3cPropagator());
  trace.setGlobalTracerProvider(provider);
}

/** Takes back what `register()`, or the SDK in its place, has registered. */
export function unregister(): void {
  const { context, propagation, trace } = otel();
  trace.disable();
  propagation.disable();
  context.disable();
}

/** Lets `getCurrentTrace()` follow the spans of the application's own SDK. */
export function followForeignSpans(source: SpanSource): () => void {
  setActiveSpanSource(() => source.active());
  return () => setActiveSpanSource(undefined);
}
