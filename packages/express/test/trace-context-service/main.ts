/** Serves the W3C conformance suite on a loopback port until it is ended: `main.ts [port]`, 5000 where none is given. */
import { initTracing } from '@holdfast/tracing';
import { traceContextService } from './app.ts';

const HOST = '127.0.0.1';
const port = Number(process.argv[2] ?? 5000);

const tracing = initTracing({ serviceName: 'trace-context-service', exporter: 'none' });
const server = traceContextService().listen(port, HOST, (error) => {
  if (error !== undefined) throw error;
  process.stdout.write(`POST http://${HOST}:${port}/test\n`);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
    void tracing.shutdown();
  });
}
