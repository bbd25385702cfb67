/** Decides at the start of a trace whether it is recorded; everything inside the trace follows. */
export interface HeadSampler {
  /** How it is called in `OTEL_TRACES_SAMPLER`. */
  readonly description: string;
  /**
   * @param parentSampled the decision that came with the parent, undefined where the trace begins
   * @param linkedSampled the decision of the trace that this one is linked to (a job's producer), if any
   */
  sample(traceId: string, parentSampled: boolean | undefined, linkedSampled?: boolean): boolean;
}

/** A whole recorded trace pulls in the traces linked to it, so that a job can be read beside its request. */
export function parentBased(root: HeadSampler): HeadSampler {
  return {
    description: `parentbased_${root.description}`,
    sample: (traceId, parentSampled, linkedSampled) =>
      parentSampled ?? linkedSampled ?? root.sample(traceId, undefined),
  };
}

export const alwaysOn: HeadSampler = { description: 'always_on', sample: () => true };

export const alwaysOff: HeadSampler = { description: 'always_off', sample: () => false };

/** The last 14 digits of a trace id are random (W3C Trace Context level 2); the first 13 of them fit a number. */
const RANDOM_FROM = 18;
const RANDOM_TO = 31;
const RANDOM_RANGE = 2 ** 52;

/**
 * The same share of traces in every service: the random part of the trace id decides.
 * @param rate 0 to 1
 * @see https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 */
export function traceIdRatio(rate: number): HeadSampler {
  const threshold = (1 - rate) * RANDOM_RANGE;
  return {
    description: 'traceidratio',
    sample: (traceId) => Number.parseInt(traceId.slice(RANDOM_FROM, RANDOM_TO), 16) >= threshold,
  };
}
