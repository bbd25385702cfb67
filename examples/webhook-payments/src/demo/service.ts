import type { Environment } from '../config.ts';
import { type Child, startChild } from './child.ts';
import type { DemoRedis } from './redis.ts';
import type { Workspace } from './workspace.ts';

/** The service as a process that can be killed and started again on the same data. */
export interface Service {
  /** Undefined while it is down. */
  url(): string | undefined;
  pid(): number | undefined;
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM; answers with the exit code. */
  stop(): Promise<number | null>;
}

const MAIN = new URL('../main.ts', import.meta.url);

export function createService(env: Environment, { serviceLog }: Workspace): Service {
  let child: Child | undefined;
  const take = () => {
    const current = child;
    child = undefined;
    return current;
  };
  return {
    url: () => (child?.isRunning() ? child.url : undefined),
    pid: () => child?.pid,
    start: async () => {
      child = await startChild({ script: MAIN, env: definedOnly(env), logFile: serviceLog });
    },
    kill: async () => take()?.kill(),
    stop: async () => (await take()?.stop()) ?? null,
  };
}

/** The demo's settings: the waits of a production service, made short enough to watch. */
export function serviceEnvironment(
  workspace: Workspace,
  providerUrl: string,
  redis: DemoRedis | undefined,
): Environment {
  const { secrets, dataFolder, spansFile } = workspace;
  return {
    PORT: '0',
    HOLDFAST_DATA_DIR: dataFolder,
    REDIS_URL: redis?.url,
    QUEUE_NAME: redis === undefined ? 'webhooks' : redis.queueName,
    GITHUB_WEBHOOK_SECRETS: secrets.webhook.github.join(','),
    STRIPE_WEBHOOK_SECRETS: secrets.webhook.stripe.join(','),
    PADDLE_WEBHOOK_SECRETS: secrets.webhook.paddle.join(','),
    STANDARD_WEBHOOK_SECRETS: secrets.webhook.standard.join(','),
    OPERATOR_KEY: secrets.operatorKey,
    PAYMENT_API_URL: providerUrl,
    PAYMENT_API_KEY: secrets.providerApiKey,
    PAYMENT_API_TIMEOUT_MS: '800',
    PAYMENT_API_RESET_MS: '1200',
    WORKER_CONCURRENCY: '5',
    WORKER_BACKOFF_MS: '200',
    WORKER_LOCK_MS: '2500',
    TRACE_FILE: spansFile,
  };
}

function definedOnly(env: Environment): Record<string, string> {
  const entries = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}
