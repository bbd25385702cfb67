/**
 * The stand-in as a process of its own:
 * `PROVIDER_API_KEY=… node --conditions=@holdfast/source src/provider/main.ts --database FILE [--host ADDRESS] [--port N] [--latency-ms N]`.
 */
import { parseArgs } from 'node:util';
import { openLedger } from './ledger.ts';
import { createProvider } from './server.ts';

const { values } = parseArgs({
  options: {
    database: { type: 'string', default: 'payment-provider.db' },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    'latency-ms': { type: 'string', default: '25' },
  },
});
const apiKey = process.env['PROVIDER_API_KEY'];
if (apiKey === undefined || apiKey === '') {
  process.stderr.write('payment-provider: PROVIDER_API_KEY is not set.\n');
  process.exit(1);
}

const ledger = openLedger(values.database);
const server = createProvider({ ledger, apiKey, latencyMs: Number(values['latency-ms']) });
server.listen(Number(values.port), values.host, () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : address;
  process.stdout.write(`payment-provider listens on http://${values.host}:${port}\n`);
});

function end(): void {
  ledger.close();
  process.exit(0);
}
process.once('SIGTERM', end);
process.once('SIGINT', end);
