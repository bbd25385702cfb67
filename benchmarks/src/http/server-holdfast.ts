/** What createService() puts around a route: context, a span for every request, HTTP metrics, a request line in a file. */
import { createService } from '@holdfast/express/service';
import { createLifecycle } from '@holdfast/lifecycle';
import { addRoutes } from './routes.ts';
import { serve } from './serve.ts';

const { app, tracing, logger } = await createService({
  name: 'benchmark',
  tracing: { exporterEndpoint: process.env['BENCH_OTLP_URL'] },
  logger: {
    destination: { file: process.env['BENCH_LOG_FILE'] ?? '' },
    bufferBytes: Number(process.env['BENCH_LOG_BUFFER_BYTES'] ?? 0),
  },
  lifecycle: createLifecycle({ signals: [] }),
  routes: addRoutes,
});

serve(app, () => Promise.all([tracing?.flush(), logger?.flush()]));
