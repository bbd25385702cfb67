import type { WebhookProvider } from '@holdfast/queue/signatures';
import { ConfigError } from './errors.ts';

export interface Config {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** Holds business data and queue where there is no server for them, else what waits for a server that is away. */
  dataFolder: string;
  redisUrl: string | undefined;
  /** Puts the business data on PostgreSQL, and the queue where there is no Redis. */
  databaseUrl: string | undefined;
  /** The most instances that may run at a time. */
  replicas: number;
  queueName: string;
  /** What a delivery gets while the queue's server is away: a place in a local file, or 503. */
  whenUnavailable: 'throw' | 'spool';
  /** Several secrets are accepted at a time, so that one can be replaced without a gap. */
  webhookSecrets: Readonly<Partial<Record<WebhookProvider, readonly string[]>>>;
  operatorKey: string;
  paymentApi: PaymentApiConfig;
  worker: WorkerConfig;
  cache: CacheConfig;
  /** How long requests are still taken after SIGTERM, so that the balancer can notice. */
  shutdownDelayMs: number;
  /** A file for finished spans, one JSON line each; undefined sends them to the OTLP endpoint, if there is one. */
  spansFile: string | undefined;
  traceEndpoint: string | undefined;
  /** 0 to 1. */
  traceSampleRatio: number;
}

export interface PaymentApiConfig {
  url: string;
  apiKey: string;
  /** Limit of one attempt. */
  timeoutMs: number;
  /** How long an open circuit waits before it tries again. */
  resetMs: number;
}

export interface WorkerConfig {
  concurrency: number;
  /** First wait before a failed job is tried again; it doubles. */
  backoffMs: number;
  /** After how long without a sign of life a worker's jobs are given to another. */
  lockMs: number;
}

export interface CacheConfig {
  /** Answers. */
  maxSize: number;
  ttlMs: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const PROVIDERS: readonly WebhookProvider[] = ['github', 'stripe', 'paddle', 'standard'];
const SHORTEST_KEY = 16;

/**
 * Reads and checks every setting at once.
 * @throws ConfigError naming the first variable that is missing or wrong, and what to do
 */
export function readConfig(env: Environment): Config {
  const config: Config = {
    host: text(env, 'HOST') ?? '127.0.0.1',
    port: integer(env, 'PORT', 3000, 0, 65_535),
    dataFolder: text(env, 'HOLDFAST_DATA_DIR') ?? './.holdfast',
    redisUrl: url(env, 'REDIS_URL', ['redis:', 'rediss:']),
    databaseUrl: url(env, 'DATABASE_URL', ['postgres:', 'postgresql:']),
    replicas: integer(env, 'REPLICAS', 1, 1, 1000),
    queueName: text(env, 'QUEUE_NAME') ?? 'webhooks',
    whenUnavailable: oneOf(env, 'QUEUE_WHEN_UNAVAILABLE', ['spool', 'throw']),
    webhookSecrets: webhookSecrets(env),
    operatorKey: key(env, 'OPERATOR_KEY'),
    paymentApi: {
      url:
        url(env, 'PAYMENT_API_URL', ['http:', 'https:']) ??
        missing('PAYMENT_API_URL', 'the payment API’s address'),
      apiKey: text(env, 'PAYMENT_API_KEY') ?? missing('PAYMENT_API_KEY', 'the key for the payment API'),
      timeoutMs: integer(env, 'PAYMENT_API_TIMEOUT_MS', 15_000, 1, 600_000),
      resetMs: integer(env, 'PAYMENT_API_RESET_MS', 30_000, 1, 3_600_000),
    },
    worker: {
      concurrency: integer(env, 'WORKER_CONCURRENCY', 5, 1, 1000),
      backoffMs: integer(env, 'WORKER_BACKOFF_MS', 1000, 1, 3_600_000),
      lockMs: integer(env, 'WORKER_LOCK_MS', 30_000, 500, 3_600_000),
    },
    cache: {
      maxSize: integer(env, 'CACHE_MAX_SIZE', 500, 1, 10_000_000),
      ttlMs: integer(env, 'CACHE_TTL', 300_000, 1, 86_400_000),
    },
    shutdownDelayMs: integer(env, 'SHUTDOWN_DELAY_MS', 0, 0, 20_000),
    spansFile: text(env, 'TRACE_FILE'),
    traceEndpoint: url(env, 'TRACE_EXPORTER_ENDPOINT', ['http:', 'https:']),
    traceSampleRatio: ratio(env, 'TRACE_SAMPLE_RATE', 1),
  };
  checkShared(config);
  return config;
}

/**
 * A SQLite file belongs to one machine. Instances that each had their own would each make the effect of an event that
 * comes to two of them.
 */
function checkShared({ replicas, databaseUrl }: Config): void {
  if (replicas === 1 || databaseUrl !== undefined) return;
  throw new ConfigError(
    `REPLICAS is ${replicas}, and a SQLite file cannot be shared by several instances: set DATABASE_URL to a PostgreSQL for payments and queue (and REDIS_URL to have the queue on Redis), or run one instance with REPLICAS=1.`,
  );
}

/** Every provider in `WEBHOOK_PROVIDERS` (default: all four) must have its secret. */
function webhookSecrets(env: Environment): Config['webhookSecrets'] {
  const names =
    text(env, 'WEBHOOK_PROVIDERS')
      ?.split(',')
      .map((name) => name.trim()) ?? PROVIDERS;
  return Object.fromEntries(names.map((name) => [name, secretsOf(env, name)]));
}

function secretsOf(env: Environment, provider: string): readonly string[] {
  if (!(PROVIDERS as readonly string[]).includes(provider)) {
    throw new ConfigError(`WEBHOOK_PROVIDERS names '${provider}'; it takes ${PROVIDERS.join(', ')}.`);
  }
  const variable = `${provider.toUpperCase()}_WEBHOOK_SECRETS`;
  const secrets = (text(env, variable) ?? '').split(',').map((secret) => secret.trim());
  const usable = secrets.filter((secret) => secret !== '');
  return usable.length > 0 ? usable : missing(variable, `the secret that ${provider} signs with`);
}

/** The first is the default. */
function oneOf<T extends string>(env: Environment, variable: string, choices: readonly [T, ...T[]]): T {
  const value = text(env, variable) ?? choices[0];
  const choice = choices.find((one) => one === value);
  if (choice !== undefined) return choice;
  throw new ConfigError(`${variable} is '${value}'; it takes ${choices.join(' or ')}.`);
}

function key(env: Environment, variable: string): string {
  const value = text(env, variable) ?? missing(variable, 'a long random text that operators show');
  if (value.length < SHORTEST_KEY) {
    throw new ConfigError(`${variable} is too short: it needs at least ${SHORTEST_KEY} characters.`);
  }
  return value;
}

function text(env: Environment, variable: string): string | undefined {
  const value = env[variable]?.trim();
  return value === '' ? undefined : value;
}

function integer(env: Environment, variable: string, fallback: number, min: number, max: number): number {
  const value = text(env, variable);
  if (value === undefined) return fallback;
  const number = Number(value);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw new ConfigError(`${variable} is '${value}'; it must be a whole number from ${min} to ${max}.`);
}

function ratio(env: Environment, variable: string, fallback: number): number {
  const value = text(env, variable);
  if (value === undefined) return fallback;
  const number = Number(value);
  if (number >= 0 && number <= 1) return number;
  throw new ConfigError(`${variable} is '${value}'; it must be a number from 0 to 1.`);
}

/** The value may hold a password: the message does not show it. */
function url(env: Environment, variable: string, protocols: readonly string[]): string | undefined {
  const value = text(env, variable);
  if (value === undefined) return undefined;
  const parsed = URL.parse(value);
  if (parsed !== null && protocols.includes(parsed.protocol)) return value;
  throw new ConfigError(`${variable} is not an address that begins with ${protocols.join('// or ')}//.`);
}

function missing(variable: string, meaning: string): never {
  throw new ConfigError(
    `${variable} is not set: it is ${meaning}. Set it in the environment or in a .env file; .env.example lists all.`,
  );
}
