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
export class TracingMissingPeerError extends TracingError {
  override readonly name = 'TracingMissingPeerError';
  readonly code = 'ERR_TRACING_MISSING_PEER';

  readonly peer: string;

  constructor(peer: string, options: ErrorOptions) {
    super(
      `initTracing() was given a SpanExporter, spanProcessors or a sampler, which needs the package ${peer}, which could not be loaded: run "npm install ${peer}".`,
      options,
    );
    this.peer = peer;
  }
}

/** A file of spans that cannot be opened. */
export class TraceFileError extends TracingError {
  override readonly name = 'TraceFileError';
  readonly code = 'ERR_TRACING_FILE';
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
