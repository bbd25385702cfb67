/**
 * What createService() puts around a route: context, a span for every request, HTTP metrics, a request line in a file.
 * It listens by its own `listen`, as its README shows, and not by that of Express: the server is a part of what it makes.
 */
import { createService } from '@holdfast/express/service';
import { createLifecycle } from '@holdfast/lifecycle';
import { addRoutes } from './routes.ts';
import { serveAt } from './serve.ts';

const service = await createService({
  name: 'benchmark',
  tracing: { exporterEndpoint: process.env['BENCH_OTLP_URL'] },
  logger: {
    destination: { file: process.env['BENCH_LOG_FILE'] ?? '' },
    bufferBytes: Number(process.env['BENCH_LOG_BUFFER_BYTES'] ?? 0),
  },
  lifecycle: createLifecycle({ signals: [] }),
  routes: addRoutes,
});

const { tracing, logger } = service;
const { url } = await service.listen(0, '127.0.0.1');
serveAt(url, () => Promise.all([tracing?.flush(), logger?.flush()]));
