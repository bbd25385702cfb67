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
});
