import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

const LEAST = { ADMIN_KEY: 'a-key-of-24-characters-0', PRICING_URL: 'http://127.0.0.1:4020' };

describe('readConfig', () => {
  it('has a default for everything but the admin key and the pricing service', () => {
    expect(readConfig(LEAST)).toEqual({
      environment: 'production',
      host: '127.0.0.1',
      port: 3000,
      dataFolder: './.holdfast',
      databaseUrl: undefined,
      redisUrl: undefined,
      adminKey: 'a-key-of-24-characters-0',
      pricing: { url: 'http://127.0.0.1:4020', timeoutMs: 1000, deadlineMs: 3000, resetMs: 10_000 },
      idempotencyLeaseMs: 10_000,
      cache: { maxSize: 500, ttlMs: 30_000 },
      shutdownDelayMs: 0,
      spansFile: undefined,
      traceEndpoint: undefined,
      traceSampleRatio: 1,
    });
  });

  it('takes a variable that is set to nothing as one that is not set', () => {
    expect(readConfig({ ...LEAST, PORT: '', REDIS_URL: ' ' })).toMatchObject({
      port: 3000,
      redisUrl: undefined,
    });
  });

  it('tells everything that is wrong at once, and no value', () => {
    const wrong = {
      NODE_ENV: 'staging',
      PORT: 'eighty',
      DATABASE_URL: 'mysql://root:hunter2@127.0.0.1/orders',
      ADMIN_KEY: 'short',
      TRACE_SAMPLE_RATE: '2',
    };
    expect(() => readConfig(wrong)).toThrow(
      'NODE_ENV must be development, production or test; PORT must be a whole number from 0 to 65535; DATABASE_URL must be an address that begins with postgres:// or postgresql://; ADMIN_KEY is too short: it needs at least 16 characters; TRACE_SAMPLE_RATE must be a number from 0 to 1. See .env.example.',
    );
  });

  it('refuses in production what is for development only', () => {
    expect(() => readConfig({ ADMIN_KEY: 'development-only-admin-key' })).toThrow(
      'ADMIN_KEY is the one of .env.development, which anyone can read; PRICING_URL is not set: it is where prices are asked for. See .env.example.',
    );
    const development = { NODE_ENV: 'development', ADMIN_KEY: 'development-only-admin-key' };
    expect(readConfig(development)).toMatchObject({ pricing: { url: undefined } });
  });
});
