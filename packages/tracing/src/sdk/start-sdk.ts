import { createRequire } from 'node:module';
import { newSpanId, newTraceId } from '@holdfast/context';
import { contextStorage } from '@holdfast/context/storage';
import type { ContextManager, Sampler, SpanContext } from '@opentelemetry/api';
import type { NodeSDKConfiguration, NodeSDK as NodeSdkClass } from '@opentelemetry/sdk-node';
import type { HeadSampler } from '../config/sampler.ts';
import { TracingMissingPeerError } from '../errors.ts';
import type { ResolvedOptions } from '../options.ts';
import { otel } from '../otel-api.ts';
import { ScopeContextManager } from '../propagation/context-manager.ts';
import { W3cPropagator } from '../propagation/propagator.ts';
import { chooseSink } from '../sinks/choose-sink.ts';
import type { SinkControl } from '../sinks/sink.ts';
import { controlOf } from './control.ts';
import { ExporterProcessor } from './exporter-processor.ts';
import { SinkProcessor } from './sink-processor.ts';

/**
 * The OpenTelemetry SDK, for what an application brings along: it runs the sampler and the processors, and hands its
 * ended spans to the exporter through a queue with the same bounds as ours. Our own exporters take them, too.
 * @throws TracingMissingPeerError when `@opentelemetry/sdk-node` is not installed
 */
export function startSdk(options: ResolvedOptions): SinkControl {
  const NodeSDK = loadSdk();
  const { destination, limits } = options;
  const last =
    destination.kind === 'exporter'
      ? new ExporterProcessor(destination.exporter, options)
      : new SinkProcessor(chooseSink(options));
  const sdk = new NodeSDK({
    contextManager: new ScopeContextManager() as ContextManager,
    textMapPropagator: options.registersPropagator ? new W3cPropagator() : null,
    sampler: options.sampler ?? samplerFor(options.headSampler),
    idGenerator: { generateTraceId, generateSpanId: newSpanId },
    resourceDetectors: [{ detect: () => ({ attributes: { ...options.resource } }) }],
    spanProcessors: [...options.spanProcessors, last],
    spanLimits: {
      attributeCountLimit: limits.attributeCount,
      attributeValueLengthLimit: limits.attributeValueLength,
      eventCountLimit: limits.eventCount,
      linkCountLimit: limits.linkCount,
      attributePerEventCountLimit: limits.attributesPerEvent,
      attributePerLinkCountLimit: limits.attributesPerLink,
    },
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [],
  } satisfies Partial<NodeSDKConfiguration>);
  sdk.start();
  return controlOf(options.spanProcessors, last, options.clock);
}

function loadSdk(): typeof NodeSdkClass {
  try {
    const sdk = createRequire(import.meta.url)('@opentelemetry/sdk-node') as { NodeSDK: typeof NodeSdkClass };
    return sdk.NodeSDK;
  } catch (cause) {
    throw new TracingMissingPeerError('@opentelemetry/sdk-node', { cause });
  }
}

/** The trace that log lines of this request already show, where no span has claimed it yet. */
function generateTraceId(): string {
  const scope = contextStorage.getStore();
  return scope === undefined || scope.span !== undefined ? newTraceId() : scope.traceId;
}

function samplerFor(head: HeadSampler): Sampler {
  return {
    shouldSample: (context, traceId, _name, _kind, _attributes, links) => {
      const { SamplingDecision, trace } = otel();
      const parent = trace.getSpanContext(context);
      const sampled = head.sample(traceId, isSampled(parent), isSampled(links[0]?.context));
      return { decision: sampled ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
    },
    toString: () => head.description,
  };
}

function isSampled(span: SpanContext | undefined): boolean | undefined {
  return span === undefined || !otel().trace.isSpanContextValid(span)
    ? undefined
    : (span.traceFlags & 1) !== 0;
}
