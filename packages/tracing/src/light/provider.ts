import type { Clock } from '@holdfast/context/clock';
import type { Tracer, TracerProvider } from '@opentelemetry/api';
import type { HeadSampler } from '../config/sampler.ts';
import type { SpanSink } from '../sinks/sink.ts';
import type { SpanLimits } from './limits.ts';
import { SpanTime } from './span-time.ts';
import { LightTracer } from './tracer.ts';

export interface LightProviderOptions {
  readonly sink: SpanSink;
  readonly sampler: HeadSampler;
  readonly limits: SpanLimits;
  readonly clock: Clock;
}

/** Hands out one tracer per instrumentation scope, as the OpenTelemetry API asks for it. */
export class LightTracerProvider implements TracerProvider {
  readonly #options: LightProviderOptions;
  readonly #time: SpanTime;
  readonly #tracers = new Map<string, LightTracer>();

  constructor(options: LightProviderOptions) {
    this.#options = options;
    this.#time = new SpanTime(options.clock);
  }

  getTracer(name: string, version?: string, options?: { schemaUrl?: string }): LightTracer & Tracer {
    const schemaUrl = options?.schemaUrl;
    const key = `${name}@${version ?? ''}:${schemaUrl ?? ''}`;
    let tracer = this.#tracers.get(key);
    if (tracer === undefined) {
      const { sink, limits, sampler } = this.#options;
      tracer = new LightTracer(
        { scope: { name, version, schemaUrl }, sink, limits, time: this.#time },
        sampler,
      );
      this.#tracers.set(key, tracer);
    }
    return tracer;
  }
}
