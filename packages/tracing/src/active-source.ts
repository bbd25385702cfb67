import { ApiSource, type SpanSource } from './span-source.ts';

const fallback = new ApiSource();

let source: SpanSource = fallback;

/** Who makes spans now: what `initTracing()` set, else whatever is registered with `@opentelemetry/api`. */
export function activeSource(): SpanSource {
  return source;
}

export function setActiveSource(next: SpanSource | undefined): void {
  source = next ?? fallback;
}
