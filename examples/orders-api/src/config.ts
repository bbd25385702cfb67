import { z } from 'zod';
import { ConfigError } from './errors.ts';

export interface Config {
  /** In `development` the service makes demo keys and brings its own pricing service. */
  environment: 'development' | 'production' | 'test';
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** Folder of `orders.db` and `events.db`, as far as they are not on servers. */
  dataFolder: string;
  /** Puts orders, audit trail, idempotency records and outbox on PostgreSQL. */
  databaseUrl: string | undefined;
  /** Puts the queues of the event bus and the second tier of the cache on Redis. */
  redisUrl: string | undefined;
  adminKey: string;
  pricing: PricingConfig;
  /** How long a request with an Idempotency-Key may be silent before a repeat takes over. */
  idempotencyLeaseMs: number;
  cache: CacheConfig;
  /** How long requests are still taken after SIGTERM, so that the balancer can notice. */
  shutdownDelayMs: number;
  /** A file for finished spans, one JSON line each; undefined sends them to the OTLP endpoint, if there is one. */
  spansFile: string | undefined;
  traceEndpoint: string | undefined;
  /** 0 to 1. */
  traceSampleRatio: number;
}

export interface PricingConfig {
  /** Undefined brings the stand-in of `src/pricing/stand-in.ts`. */
  url: string | undefined;
  /** Limit of one attempt. */
  timeoutMs: number;
  /** Limit of all attempts for one order. */
  deadlineMs: number;
  /** How long an open circuit waits before it tries again. */
  resetMs: number;
}

export interface CacheConfig {
  /** Answers that each instance keeps. */
  maxSize: number;
  ttlMs: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const numberBetween = (min: number, max: number, fallback: number, what = 'whole number') =>
  z
    .string()
    .default(String(fallback))
    .transform(Number)
    .refine((value) => value >= min && value <= max && (what === 'number' || Number.isInteger(value)), {
      error: `must be a ${what} from ${min} to ${max}`,
    });

const address = (...protocols: readonly string[]) =>
  z.url({
    protocol: new RegExp(`^(?:${protocols.join('|')})$`),
    error: `must be an address that begins with ${protocols.join(':// or ')}://`,
  });

const DAY_MS = 86_400_000;

const SETTINGS = z.object({
  NODE_ENV: z
    .enum(['development', 'production', 'test'], { error: 'must be development, production or test' })
    .default('production'),
  HOST: z.string().default('127.0.0.1'),
  PORT: numberBetween(0, 65_535, 3000),
  HOLDFAST_DATA_DIR: z.string().default('./.holdfast'),
  DATABASE_URL: address('postgres', 'postgresql').optional(),
  REDIS_URL: address('redis', 'rediss').optional(),
  ADMIN_KEY: z
    .string({ error: 'is not set: it is what administrators send as X-Admin-Key' })
    .min(16, { error: 'is too short: it needs at least 16 characters' }),
  PRICING_URL: address('http', 'https').optional(),
  PRICING_TIMEOUT_MS: numberBetween(1, 60_000, 1000),
  PRICING_DEADLINE_MS: numberBetween(1, 60_000, 3000),
  PRICING_RESET_MS: numberBetween(1, 3_600_000, 10_000),
  IDEMPOTENCY_LEASE_MS: numberBetween(100, 3_600_000, 10_000),
  CACHE_MAX_SIZE: numberBetween(1, 10_000_000, 500),
  CACHE_TTL: numberBetween(1, DAY_MS, 30_000),
  SHUTDOWN_DELAY_MS: numberBetween(0, 20_000, 0),
  TRACE_FILE: z.string().optional(),
  TRACE_EXPORTER_ENDPOINT: address('http', 'https').optional(),
  TRACE_SAMPLE_RATE: numberBetween(0, 1, 1, 'number'),
});

/**
 * Reads and checks every setting. The variables are the same in every environment; `.env.example` lists them.
 * @throws ConfigError naming everything that is missing or wrong
 */
export function readConfig(env: Environment): Config {
  // A variable that is set to nothing is one that is not set.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim() !== ''));
  const { data, error } = SETTINGS.safeParse(given);
  const problems = [
    ...(error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`),
    ...unsafeInProduction(given),
  ];
  if (data === undefined || problems.length > 0) {
    throw new ConfigError(`${problems.join('; ')}. See .env.example.`);
  }
  return {
    environment: data.NODE_ENV,
    host: data.HOST,
    port: data.PORT,
    dataFolder: data.HOLDFAST_DATA_DIR,
    databaseUrl: data.DATABASE_URL,
    redisUrl: data.REDIS_URL,
    adminKey: data.ADMIN_KEY,
    pricing: {
      url: data.PRICING_URL,
      timeoutMs: data.PRICING_TIMEOUT_MS,
      deadlineMs: data.PRICING_DEADLINE_MS,
      resetMs: data.PRICING_RESET_MS,
    },
    idempotencyLeaseMs: data.IDEMPOTENCY_LEASE_MS,
    cache: { maxSize: data.CACHE_MAX_SIZE, ttlMs: data.CACHE_TTL },
    shutdownDelayMs: data.SHUTDOWN_DELAY_MS,
    spansFile: data.TRACE_FILE,
    traceEndpoint: data.TRACE_EXPORTER_ENDPOINT,
    traceSampleRatio: data.TRACE_SAMPLE_RATE,
  };
}

/** What is good enough to look at the service on one machine, and nowhere else. */
function unsafeInProduction({ NODE_ENV = 'production', ADMIN_KEY, PRICING_URL }: Environment): string[] {
  if (NODE_ENV !== 'production') return [];
  const problems: string[] = [];
  if (ADMIN_KEY?.startsWith('development-only') === true) {
    problems.push('ADMIN_KEY is the one of .env.development, which anyone can read');
  }
  if (PRICING_URL === undefined) problems.push('PRICING_URL is not set: it is where prices are asked for');
  return problems;
}
