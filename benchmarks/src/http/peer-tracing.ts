/** OpenTelemetry as its documentation sets it up: http and express instrumented, every request sampled. */
import { createRequire } from 'node:module';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import type express from 'express';

const exporter = new OTLPTraceExporter({ url: process.env['BENCH_OTLP_URL'] ?? '' });
const processor = new BatchSpanProcessor({ exporter });
const sdk = new NodeSDK({
  serviceName: 'benchmark-peer',
  spanProcessors: [processor],
  instrumentations: [new HttpInstrumentation(), new ExpressInstrumentation()],
});
sdk.start();

/** Its instrumentation patches what is required after it has started, so these are not imported above. */
export const require: NodeJS.Require = createRequire(import.meta.url);

export const loadExpress = (): typeof express => require('express');

export const flush = (): Promise<void> => processor.forceFlush();
