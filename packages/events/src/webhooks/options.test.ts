import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resolveSenderOptions, WEBHOOK_SENDER_DEFAULTS, type WebhookSenderOptions } from './options.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

describe('the options of the webhook sender', () => {
  it.each(Object.entries(WEBHOOK_SENDER_DEFAULTS))(
    'have the default of %s that the README says',
    (name, value) => {
      const [, section = ''] = readme.split('### Options of the webhook sender');
      const row = section.split('\n').find((line) => new RegExp(`^\\| \`${name}\` +\\|`).test(line));
      const cells = row?.split('|').map((cell) => cell.trim().replaceAll('`', ''));
      expect(cells?.[4]?.split(' ')[0]).toBe(String(value));
    },
  );

  it.each<[WebhookSenderOptions, string]>([
    [{ timeoutMs: 0 }, 'timeoutMs is 0; it must be a whole number from 1 to 3600000.'],
    [{ concurrency: 1.5 }, 'concurrency is 1.5; it must be a whole number from 1 to 10000.'],
    [{ retryJitterRatio: 2 }, 'retryJitterRatio is 2; it must be from 0 to 1.'],
    [{ allowedPorts: [] }, "allowedPorts must be 'any' or ports from 1 to 65535."],
    [{ allowedPorts: [70_000] }, "allowedPorts must be 'any' or ports from 1 to 65535."],
    [{ secretStorageKey: new Uint8Array(16) }, 'secretStorageKey must be 32 bytes.'],
  ])('are refused as %j', (options, message) => {
    expect(() => resolveSenderOptions(options)).toThrow(message);
  });

  it('keep the log with the queue, but not in Redis', () => {
    const backend = { file: 'a.db' };
    expect(resolveSenderOptions({ backend }).store).toBe(backend);
    expect(resolveSenderOptions({}).store).toEqual({ file: '.holdfast/queue.db' });
    const onRedis = resolveSenderOptions({ connection: { url: 'redis://127.0.0.1' } });
    expect(onRedis).toMatchObject({ store: { file: '.holdfast/webhooks.db' }, isStoreWithQueue: false });
  });
});
