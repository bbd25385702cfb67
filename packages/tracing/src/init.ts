import { setActiveSource } from './active-source.ts';
import { TracingAlreadyStartedError } from './errors.ts';
import { LightTracerProvider } from './light/provider.ts';
import { type ResolvedOptions, resolveOptions, type TracingOptions } from './options.ts';
import { otel } from './otel-api.ts';
import { findForeign, followForeignSpans, register, unregister } from './registration.ts';
import { PACKAGE_NAME, packageVersion } from './resource.ts';
import { startSdk } from './sdk/start-sdk.ts';
import { chooseSink } from './sinks/choose-sink.ts';
import { discardingSink, type SinkControl, type SinkStats } from './sinks/sink.ts';
import { ApiSource, ForeignSource, LightSource, SdkSource, type SpanSource } from './span-source.ts';
import { subscribeToOperations } from './subscribers/subscribe.ts';

/**
 * Who records: `light` our own spans; `sdk` the OpenTelemetry SDK, because the application brought a part of it;
 * `foreign` an SDK that the application had started before; `disabled` nobody (`OTEL_SDK_DISABLED`).
 */
export type TracingMode = 'light' | 'sdk' | 'foreign' | 'disabled';

/** What became of the spans since the start. */
export interface TracingStats extends SinkStats {
  readonly mode: TracingMode;
}

/** What `initTracing()` started. */
export interface Tracing extends AsyncDisposable {
  readonly mode: TracingMode;
  /** Settles when the spans that have ended are exported, or after `flushTimeoutMs`; never rejects. */
  flush(): Promise<void>;
  /** Flushes, gives up what is left, and takes everything back that was registered. */
  shutdown(): Promise<void>;
  /** The same as `shutdown()`. */
  close(): Promise<void>;
  /** What became of the spans since the start. */
  getStats(): TracingStats;
}

interface Started {
  readonly mode: TracingMode;
  readonly source: SpanSource;
  readonly sink: SinkControl;
  /** Takes back what was registered, in reverse. */
  readonly undo: (() => void)[];
}

let running = false;

/**
 * Starts tracing, at once and without patching anything; call it once, before the first request. No OpenTelemetry SDK
 * is loaded unless a `SpanExporter`, `spanProcessors` or a `sampler` object is given.
 * @throws TracingOptionError for an option or `OTEL_*` variable that cannot be used
 * @throws TracingAlreadyStartedError when it runs already
 * @throws TraceFileError when the file of `exporter: { file }` cannot be opened
 */
export function initTracing(options: TracingOptions = {}): Tracing {
  if (running) throw new TracingAlreadyStartedError();
  const resolved = resolveOptions(options);
  const started = start(resolved);
  running = true;
  setActiveSource(started.source);
  if (started.mode !== 'disabled') started.undo.push(subscribeToOperations(resolved.jobs));
  return handleOf(started, resolved.flushTimeoutMs);
}

/**
 * Whether spans are made at all: since `initTracing()` runs, be it switched off by `OTEL_SDK_DISABLED`, or since a tracer
 * provider is registered with `@opentelemetry/api`.
 */
export function isTracingStarted(): boolean {
  return running || findForeign().tracerProvider;
}

function start(options: ResolvedOptions): Started {
  if (options.disabled) return { mode: 'disabled', source: new ApiSource(), sink: discardingSink, undo: [] };
  const foreign = findForeign();
  if (foreign.tracerProvider || foreign.contextManager) {
    warnOfForeignSdk();
    const source = new ForeignSource();
    return { mode: 'foreign', source, sink: discardingSink, undo: [followForeignSpans(source)] };
  }
  return needsSdk(options) ? startWithSdk(options) : startLight(options);
}

function startLight(options: ResolvedOptions): Started {
  const sink = chooseSink(options);
  const { headSampler: sampler, limits, clock } = options;
  const provider = new LightTracerProvider({ sink, sampler, limits, clock });
  const source = new LightSource(provider.getTracer(PACKAGE_NAME, packageVersion()));
  register(provider, options.registersPropagator);
  return { mode: 'light', source, sink, undo: [unregister] };
}

function startWithSdk(options: ResolvedOptions): Started {
  const control = startSdk(options);
  const source = new SdkSource(otel().trace.getTracer(PACKAGE_NAME, packageVersion()));
  return { mode: 'sdk', source, sink: control, undo: [unregister] };
}

function needsSdk(options: ResolvedOptions): boolean {
  const { destination, spanProcessors, sampler } = options;
  return destination.kind === 'exporter' || spanProcessors.length > 0 || sampler !== undefined;
}

function warnOfForeignSdk(): void {
  process.emitWarning(
    'An OpenTelemetry SDK is already registered: it stays in charge, spans go through it, and the exporter options of initTracing() have no effect.',
    { code: 'HOLDFAST_TRACING_FOREIGN_SDK' },
  );
}

function handleOf({ mode, sink, undo }: Started, flushTimeoutMs: number): Tracing {
  const flush = () => sink.flush(flushTimeoutMs);
  // A script that simply ends must not lose its spans; the timers of the sink do not keep it alive.
  const onExit = () => void flush();
  process.once('beforeExit', onExit);
  let closed: Promise<void> | undefined;
  const shutdown = () => {
    closed ??= (async () => {
      process.off('beforeExit', onExit);
      setActiveSource(undefined);
      for (const takeBack of undo.splice(0).reverse()) takeBack();
      await sink.close(flushTimeoutMs);
      running = false;
    })();
    return closed;
  };
  return {
    mode,
    flush,
    shutdown,
    close: shutdown,
    [Symbol.asyncDispose]: shutdown,
    getStats: () => ({ ...sink.stats(), mode }),
  };
}
