/**
 * Imports the groups that the command line names, one module after the other, then starts tracing or counts modules
 * where asked; prints the time. A hook that counts would slow down what is timed, so it is asked for on its own.
 */
import { registerHooks } from 'node:module';

export interface ImportReport {
  readonly ms: number;
  /** Modules of the OpenTelemetry SDK, that is, all of it but the API and the names of attributes. */
  readonly openTelemetrySdkModules: number;
}

export type ImportGroup = 'base' | 'ours' | 'telemetry' | 'sdk' | 'peers' | 'auto';
export type ImportAction = 'importOnly' | 'countModules' | 'initTracing' | 'startNodeSdk';

type Loader = () => Promise<unknown>;

const GROUPS: Readonly<Record<ImportGroup, readonly Loader[]>> = {
  base: [() => import('express'), () => import('prom-client')],
  ours: [
    () => import('@holdfast/context'),
    () => import('@holdfast/logging'),
    () => import('@holdfast/tracing'),
    () => import('@holdfast/metrics'),
    () => import('@holdfast/resilience'),
    () => import('@holdfast/queue'),
    () => import('@holdfast/idempotency'),
    () => import('@holdfast/lifecycle'),
    () => import('@holdfast/express/service'),
  ],
  telemetry: [
    () => import('@holdfast/context'),
    () => import('@holdfast/logging'),
    () => import('@holdfast/tracing'),
  ],
  sdk: [() => import('@opentelemetry/sdk-node')],
  peers: [
    () => import('@opentelemetry/sdk-node'),
    () => import('@opentelemetry/instrumentation-http'),
    () => import('@opentelemetry/instrumentation-express'),
    () => import('@opentelemetry/exporter-trace-otlp-proto'),
  ],
  auto: [() => import('@opentelemetry/sdk-node'), () => import('@opentelemetry/auto-instrumentations-node')],
};

/** Nothing listens there: nothing is exported while starting. */
const ENDPOINT = 'http://127.0.0.1:9/v1/traces';
const NOT_SDK = /@opentelemetry\/(?:api|semantic-conventions)\//;
let openTelemetrySdkModules = 0;

const [, , groups = '', action = 'importOnly'] = process.argv;
if (action === 'countModules') {
  registerHooks({
    load: (url, context, next) => {
      if (url.includes('/@opentelemetry/') && !NOT_SDK.test(url)) openTelemetrySdkModules += 1;
      return next(url, context);
    },
  });
}

const began = performance.now();
for (const group of groups.split(',') as ImportGroup[]) {
  for (const load of GROUPS[group]) await load();
}
await startTracing(action as ImportAction);
const report: ImportReport = { ms: performance.now() - began, openTelemetrySdkModules };
process.stdout.write(JSON.stringify(report), () => process.exit(0));

async function startTracing(how: ImportAction): Promise<void> {
  if (how === 'initTracing') {
    const { initTracing } = await import('@holdfast/tracing');
    initTracing({ serviceName: 'benchmark', exporterEndpoint: ENDPOINT });
  } else if (how === 'startNodeSdk') {
    const { NodeSDK } = await import('@opentelemetry/sdk-node');
    const { HttpInstrumentation } = await import('@opentelemetry/instrumentation-http');
    const { ExpressInstrumentation } = await import('@opentelemetry/instrumentation-express');
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto');
    const instrumentations = [new HttpInstrumentation(), new ExpressInstrumentation()];
    new NodeSDK({ traceExporter: new OTLPTraceExporter({ url: ENDPOINT }), instrumentations }).start();
  }
}
