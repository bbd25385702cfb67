/**
 * `npm run dev`: the service and, in the same process, the stand-in for the payment API at `PAYMENT_API_URL`, so that
 * a webhook has its whole effect on a machine with nothing else. For production there is `main.ts`.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openLedger } from './provider/ledger.ts';
import { createProvider } from './provider/server.ts';

const LATENCY_MS = 25;

const {
  PAYMENT_API_URL = 'http://127.0.0.1:4010',
  PAYMENT_API_KEY = '',
  HOLDFAST_DATA_DIR = './.holdfast',
} = process.env;
const { hostname, port } = new URL(PAYMENT_API_URL);

mkdirSync(HOLDFAST_DATA_DIR, { recursive: true });
const ledger = openLedger(join(HOLDFAST_DATA_DIR, 'payment-provider.db'));
const provider = createProvider({ ledger, apiKey: PAYMENT_API_KEY, latencyMs: LATENCY_MS });

provider.once('error', (error) => {
  process.stderr.write(
    `webhook-payments: The stand-in for the payment API cannot listen on ${hostname}:${port} (${error.message}). Set PAYMENT_API_URL to a free port of this machine.\n`,
  );
  process.exit(1);
});
provider.on('connection', (socket) => socket.unref());
provider.listen(Number(port), hostname, () => {
  // The stand-in ends with the service.
  provider.unref();
  void import('./main.ts');
});
