import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAlertRules, renderRules } from '@holdfast/metrics/operations';
import { type PrometheusServer, type RedisServer, startPrometheus, startRedis } from '@holdfast/test-servers';
import { SCRAPE_SECONDS, SHORT_WINDOWS } from './objectives.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { startLoad, type WebhookLoad } from './webhook-load.ts';

/** The main job's service under load, with all it depends on and a Prometheus that scrapes it. */
export interface Stage {
  readonly redis: RedisServer;
  readonly provider: ServerProcess;
  readonly service: ServerProcess;
  readonly load: WebhookLoad;
  readonly prometheus: PrometheusServer;
  close(): Promise<void>;
}

export interface StageOptions {
  /** Further servers to scrape. */
  readonly alsoScrape?: readonly string[];
  /** Settings of the service. */
  readonly env?: Readonly<Record<string, string>>;
}

const SECRET = 'whsec_c2VjcmV0LW9mLXRoZS1hbGVydHMtcHJvb2Y=';
const PROVIDER_KEY = 'sk_of_the_alerts_proof';
const LOAD_PER_SECOND = 8;
const START_ATTEMPTS = 5;

export async function openStage({ alsoScrape = [], env = {} }: StageOptions = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-alerts-'));
  const closers: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })];
  const close = async () => {
    for (const one of closers.splice(0).reverse()) await one();
  };
  try {
    const redis = await startRedis();
    closers.push(() => redis.stop());
    const provider = await startServer(
      'webhook-payments/src/provider/main.ts',
      { PROVIDER_API_KEY: PROVIDER_KEY },
      ['--database', join(folder, 'provider.db')],
    );
    closers.push(() => provider.kill());
    const settings = serviceEnvironment(folder, redis.url, provider.url);
    const service = await startPatiently('webhook-payments/src/main.ts', { ...settings, ...env });
    closers.push(() => service.kill());
    const load = startLoad(service.url, SECRET, LOAD_PER_SECOND);
    closers.push(() => load.stop());
    const prometheus = await startPrometheus({
      targets: [service.address, ...alsoScrape],
      rules: renderRules(createAlertRules(SHORT_WINDOWS)),
      interval: `${SCRAPE_SECONDS}s`,
      evaluationInterval: '1s',
    });
    closers.push(() => prometheus.stop());
    return { redis, provider, service, load, prometheus, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** On a machine that is busy with others the service gives up on Redis at its start; a supervisor would start it again. */
async function startPatiently(script: string, env: Readonly<Record<string, string>>): Promise<ServerProcess> {
  for (let attempt = 1; attempt < START_ATTEMPTS; attempt += 1) {
    try {
      return await startServer(script, env);
    } catch {
      // The last attempt tells why.
    }
  }
  return startServer(script, env);
}

function serviceEnvironment(folder: string, redisUrl: string, providerUrl: string): Record<string, string> {
  return {
    PORT: '0',
    HOLDFAST_DATA_DIR: folder,
    REDIS_URL: redisUrl,
    WEBHOOK_PROVIDERS: 'standard',
    STANDARD_WEBHOOK_SECRETS: SECRET,
    OPERATOR_KEY: 'the-operator-of-the-alerts-proof',
    PAYMENT_API_URL: providerUrl,
    PAYMENT_API_KEY: PROVIDER_KEY,
    PAYMENT_API_TIMEOUT_MS: '5000',
    // A job must not use up its attempts in the seconds before the circuit opens.
    WORKER_BACKOFF_MS: '30000',
    LOG_LEVEL: 'warn',
  };
}
