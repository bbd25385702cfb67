/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export abstract class TracingError extends Error {
  abstract readonly code: string;
}

/** An option, or an `OTEL_*` variable, that cannot be used. */
export class TracingOptionError extends TracingError {
  override readonly name = 'TracingOptionError';
  readonly code = 'ERR_TRACING_OPTION';
  readonly option: string;

  constructor(option: string, problem: string, options?: ErrorOptions) {
    super(`${option}: ${problem}`, options);
    this.option = option;
  }
}

/** `initTracing()` was called again while the first is still running. */
export class TracingAlreadyStartedError extends TracingError {
  override readonly name = 'TracingAlreadyStartedError';
  readonly code = 'ERR_TRACING_ALREADY_STARTED';

  constructor() {
    super('initTracing() was already called. Call it once per process, or shutdown() the first before.');
  }
}

/** Something was asked for that only the OpenTelemetry SDK can do, and it could not be loaded. */
export class TracingSdkMissingError extends TracingError {
  override readonly name = 'TracingSdkMissingError';
  readonly code = 'ERR_TRACING_SDK_MISSING';

  constructor(cause: unknown) {
    super(
      'A SpanExporter, spanProcessors or a sampler was given, and @opentelemetry/sdk-node could not be loaded. Install it beside @holdfast/tracing.',
      { cause },
    );
  }
}

/** A file of spans that cannot be opened. */
export class TraceFileError extends TracingError {
  override readonly name = 'TraceFileError';
  readonly code = 'ERR_TRACE_FILE';
  readonly path: string;

  constructor(path: string, purpose: 'read' | 'written', cause: unknown) {
    const reason = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    super(
      `The trace file ${path} cannot be ${purpose}${reason}. Check that its folder exists and who may use it.`,
      {
        cause,
      },
    );
    this.path = path;
  }
}
