import { describe, expect, it } from 'vitest';
import { type Environment, readConfig } from './config.ts';

const ENV: Environment = {
  GITHUB_WEBHOOK_SECRETS: 'github-secret',
  STRIPE_WEBHOOK_SECRETS: 'old-secret, new-secret',
  PADDLE_WEBHOOK_SECRETS: 'paddle-secret',
  STANDARD_WEBHOOK_SECRETS: 'whsec_c2VjcmV0',
  OPERATOR_KEY: 'an-operator-key-of-some-length',
  PAYMENT_API_URL: 'https://payments.example',
  PAYMENT_API_KEY: 'sk_test',
};

const reading = (change: Environment) => () => readConfig({ ...ENV, ...change });

describe('readConfig', () => {
  it('fills in what a production service needs', () => {
    expect(readConfig(ENV)).toMatchObject({
      host: '127.0.0.1',
      port: 3000,
      dataFolder: './.holdfast',
      redisUrl: undefined,
      paymentApi: { timeoutMs: 15_000, resetMs: 30_000 },
      worker: { concurrency: 5, backoffMs: 1000, lockMs: 30_000 },
      traceSampleRatio: 1,
      databaseUrl: undefined,
      replicas: 1,
      cache: { maxSize: 500, ttlMs: 300_000 },
      shutdownDelayMs: 0,
    });
  });

  it('takes several secrets at a time', () => {
    expect(readConfig(ENV).webhookSecrets.stripe).toEqual(['old-secret', 'new-secret']);
  });

  it('asks only for the secrets of the providers that are named', () => {
    const config = readConfig({ ...ENV, WEBHOOK_PROVIDERS: 'github', STRIPE_WEBHOOK_SECRETS: undefined });
    expect(Object.keys(config.webhookSecrets)).toEqual(['github']);
  });

  it.each([
    'GITHUB_WEBHOOK_SECRETS',
    'STANDARD_WEBHOOK_SECRETS',
    'OPERATOR_KEY',
    'PAYMENT_API_URL',
    'PAYMENT_API_KEY',
  ])('refuses to go on without %s', (name) => {
    expect(reading({ [name]: undefined })).toThrow(`${name} is not set`);
    expect(reading({ [name]: ' ' })).toThrow(`${name} is not set`);
  });

  it('names value and range of a bad number', () => {
    expect(reading({ PORT: '70000' })).toThrow("PORT is '70000'; it must be a whole number from 0 to 65535.");
    expect(reading({ PORT: 'http' })).toThrow("PORT is 'http'");
    expect(reading({ WORKER_CONCURRENCY: '0' })).toThrow('from 1 to 1000');
    expect(reading({ TRACE_SAMPLE_RATE: '2' })).toThrow(
      "TRACE_SAMPLE_RATE is '2'; it must be a number from 0 to 1.",
    );
  });

  it('never shows a secret, nor an address that may hold one', () => {
    expect(reading({ OPERATOR_KEY: 'short-key' })).toThrow(
      /^OPERATOR_KEY is too short: it needs at least 16 characters.$/,
    );
    expect(reading({ REDIS_URL: 'http://user:secret@host' })).toThrow(
      /^REDIS_URL is not an address that begins with redis:\/\/ or rediss:\/\/.$/,
    );
  });

  it('refuses a provider that it does not know', () => {
    expect(reading({ WEBHOOK_PROVIDERS: 'github,square' })).toThrow("WEBHOOK_PROVIDERS names 'square'");
  });

  it('honours the variables of a cluster', () => {
    const config = readConfig({
      ...ENV,
      CACHE_MAX_SIZE: '1000',
      CACHE_TTL: '60000',
      TRACE_SAMPLE_RATE: '0.1',
      TRACE_EXPORTER_ENDPOINT: 'http://jaeger:4318',
      SHUTDOWN_DELAY_MS: '5000',
      REPLICAS: '6',
      REDIS_URL: 'redis://redis:6379',
      DATABASE_URL: 'postgresql://payments@postgres/payments',
    });
    expect(config).toMatchObject({
      cache: { maxSize: 1000, ttlMs: 60_000 },
      traceSampleRatio: 0.1,
      traceEndpoint: 'http://jaeger:4318',
      shutdownDelayMs: 5000,
      replicas: 6,
    });
  });

  it('refuses several instances on SQLite files, and says what to set', () => {
    const REDIS_URL = 'redis://redis:6379';
    const DATABASE_URL = 'postgresql://postgres/payments';
    const refusal =
      'REPLICAS is 2, and a SQLite file cannot be shared by several instances: set DATABASE_URL to a PostgreSQL for payments and queue (and REDIS_URL to have the queue on Redis), or run one instance with REPLICAS=1.';
    expect(reading({ REPLICAS: '2' })).toThrow(refusal);
    expect(reading({ REPLICAS: '2', REDIS_URL })).toThrow(refusal);
    expect(reading({ REPLICAS: '2', DATABASE_URL })).not.toThrow();
    expect(reading({ REPLICAS: '2', REDIS_URL, DATABASE_URL })).not.toThrow();
    expect(reading({ REPLICAS: '0' })).toThrow('from 1 to 1000');
  });

  it('refuses an address of another database without showing it', () => {
    expect(reading({ DATABASE_URL: 'mysql://user:secret@host/db' })).toThrow(
      /^DATABASE_URL is not an address that begins with postgres:\/\/ or postgresql:\/\/.$/,
    );
  });
});
