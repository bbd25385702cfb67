/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export abstract class MetricsError extends Error {
  abstract readonly code: string;
}

/** An option or argument that cannot be used. */
export class MetricsOptionError extends MetricsError {
  override readonly name = 'MetricsOptionError';
  readonly code = 'ERR_METRICS_OPTION';
  /** The name of the option or argument. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}

/** A metric of this name exists already, of another kind or from another source. */
export class MetricConflictError extends MetricsError {
  override readonly name = 'MetricConflictError';
  readonly code = 'ERR_METRICS_CONFLICT';
  readonly metric: string;

  constructor(metric: string, why: string) {
    super(
      `The metric ${metric} cannot be registered: ${why}. Choose another name, close() what registered it first, or pass a registry of its own.`,
    );
    this.metric = metric;
  }
}

/** A value was given for a metric that was never registered under this kind. */
export class MetricNotRegisteredError extends MetricsError {
  override readonly name = 'MetricNotRegisteredError';
  readonly code = 'ERR_METRICS_NOT_REGISTERED';
  readonly metric: string;

  constructor(metric: string, kind: string, register: string) {
    super(
      `There is no ${kind} named ${metric}. Call Metrics.${register}('${metric}', help) once, before its first use.`,
    );
    this.metric = metric;
  }
}

/** Labels were given that the metric was not first used with. */
export class MetricLabelsError extends MetricsError {
  override readonly name = 'MetricLabelsError';
  readonly code = 'ERR_METRICS_LABELS';
  readonly metric: string;

  constructor(metric: string, given: string, known: readonly string[]) {
    super(
      `The metric ${metric} has no label ${given}; its labels are ${known.length === 0 ? 'none' : known.join(', ')}. They are fixed by its first use: pass labelNames when registering it to name them all.`,
    );
    this.metric = metric;
  }
}

/** A package that `initMetrics()` needs is not installed. */
export class MetricsMissingPeerError extends MetricsError {
  override readonly name = 'MetricsMissingPeerError';
  readonly code = 'ERR_METRICS_MISSING_PEER';
  readonly peer: string;

  constructor(peer: string, options: ErrorOptions) {
    super(
      `initMetrics() needs the package ${peer}, which could not be loaded: run "npm install @opentelemetry/sdk-metrics @opentelemetry/otlp-exporter-base".`,
      options,
    );
    this.peer = peer;
  }
}

/** `initMetrics()` was called a second time. */
export class MetricsAlreadyStartedError extends MetricsError {
  override readonly name = 'MetricsAlreadyStartedError';
  readonly code = 'ERR_METRICS_ALREADY_STARTED';

  constructor() {
    super('initMetrics() runs already. Call it once, or shutdown() what it returned first.');
  }
}

/** A metric is missing from what an OpenTelemetry reader collected. */
export class MetricNotCollectedError extends MetricsError {
  override readonly name = 'MetricNotCollectedError';
  readonly code = 'ERR_METRICS_NOT_COLLECTED';
  readonly metric: string;

  constructor(metric: string) {
    super(
      `The metric ${metric} is missing: its collect function failed or took too long. Look there; the other metrics were collected.`,
    );
    this.metric = metric;
  }
}

/** A worker asked the primary for the metrics of the cluster and got no answer. */
export class ClusterMetricsError extends MetricsError {
  override readonly name = 'ClusterMetricsError';
  readonly code = 'ERR_METRICS_CLUSTER';

  constructor(what: string) {
    super(
      `The primary of the cluster ${what}. Call createClusterMetrics() there, too, before it forks; a scrape of the primary itself still works when a worker is cut off.`,
    );
  }
}
