import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogger } from './create-logger.ts';
import type { LoggerOptions } from './options.ts';
import { createRedaction } from './redaction.ts';

function lineFor(context: object, options: LoggerOptions = {}, message = 'm'): string {
  let line = '';
  createLogger({ destination: { write: (text) => void (line = text) }, ...options }).info(context, message);
  return line;
}

describe('redaction', () => {
  it.each([
    'authorization',
    'Authorization',
    'proxy-authorization',
    'cookie',
    'Set-Cookie',
    'password',
    'userPassword',
    'secret',
    'client_secret',
    'webhookSecrets',
    'token',
    'accessToken',
    'refresh_token',
    'apiKey',
    'api_key',
    'x-api-key',
    'stripe-signature',
    'paddle-signature',
    'webhook-signature',
    'x-hub-signature',
    'x-hub-signature-256',
    'privateKey',
    'rawHeaders',
  ])('hides %s by default', (key) => {
    expect(lineFor({ [key]: 'hidden-value' })).not.toContain('hidden-value');
  });

  it.each(['tokens', 'tokenCount', 'author', 'cookieConsent', 'secretary', 'signatureValid', 'path'])(
    'leaves %s alone',
    (key) => {
      expect(lineFor({ [key]: 'kept-value' })).toContain('kept-value');
    },
  );

  it('hides at any depth, in lists, maps and errors, whatever the value is', () => {
    const error = Object.assign(new Error('x'), { config: { headers: { Authorization: 'hidden-1' } } });
    const line = lineFor({
      a: { b: [{ c: { password: { nested: 'hidden-2' } } }] },
      map: new Map([['token', 'hidden-3']]),
      error,
      list: [{ cookie: ['hidden-4'] }],
    });
    expect(line).not.toContain('hidden-');
    expect(line.split('"[redacted]"')).toHaveLength(5);
  });

  it('hides credentials inside texts: URLs, query parameters, bearer and basic tokens', () => {
    const message =
      'GET https://bob:hidden-1@db/x?a=1&api_key=hidden-2&b=2 with Bearer hidden-3.x-y and redis://:hidden-4@r:6379';
    const line = lineFor({ err: new Error('Authorization: Basic aGlkZGVuLTU=') }, {}, message);
    expect(line).not.toMatch(/hidden-|aGlkZGVuLTU/);
    expect(line).toContain(
      'GET https://[redacted]@db/x?a=1&api_key=[redacted]&b=2 with Bearer [redacted] and redis://[redacted]@r:6379',
    );
  });

  it('leaves e-mail addresses and questions alone', () => {
    expect(lineFor({}, {}, 'mail bob@example.org? Yes & no')).toContain('mail bob@example.org? Yes & no');
  });

  it('hides more names, in any spelling, with another censor', () => {
    const line = lineFor(
      { cardNumber: 'hidden', card_number: 'hidden', token: 'hidden' },
      { redact: { keys: ['card-number'], censor: '***' } },
    );
    expect(line).toContain('"cardNumber":"***","card_number":"***","token":"***"');
    expect(lineFor({ iban: 'hidden' }, { redact: ['IBAN'] })).toContain('"iban":"[redacted]"');
  });

  it('is off with redact: false', () => {
    expect(lineFor({ token: 'shown' }, { redact: false }, 'Bearer shown-too')).toContain('shown-too');
    expect(lineFor({ token: 'shown' }, { redact: false })).toContain('"token":"shown"');
  });

  it('stays right and bounded for ever new keys', () => {
    const redaction = createRedaction([], '[redacted]');
    for (let index = 0; index < 5000; index += 1) redaction.isSecretKey(`key-${index}`);
    expect(redaction.isSecretKey('a-new-token')).toBe(true);
    expect(redaction.isSecretKey('a-new-key')).toBe(false);
  });

  it('never shows what stands under a secret key, wherever that is and whatever is around it', () => {
    const key = fc.constantFrom(
      'password',
      'Authorization',
      'set-cookie',
      'x-api-key',
      'client_secret',
      'refreshToken',
      'PRIVATE.KEY',
    );
    const hidden = fc.oneof(
      fc.constant('hidden-value'),
      fc.constant(['hidden-value']),
      fc.constant({ deep: { deeper: 'hidden-value' } }),
      fc.constant(new Error('hidden-value')),
      fc.constant(new Map([['a', 'hidden-value']])),
    );
    const around = fc.constantFrom<(value: unknown, name: string) => unknown>(
      (value, name) => ({ [name]: value }),
      (value, name) => [name, value],
      (value, name) => new Map([[name, value]]),
      (value) => new Set([value]),
      (value, name) => Object.assign(new Error('x', { cause: value }), { [name]: value }),
      (value) => new AggregateError([value], 'x'),
      (value) => ({ toJSON: () => value }),
      (value, name) => Object.defineProperty({}, name, { enumerable: true, get: () => value }),
    );
    const layers = fc.array(fc.tuple(around, fc.string({ maxLength: 10 })), { maxLength: 12 });
    fc.assert(
      fc.property(key, hidden, layers, (name, value, shells) => {
        const nested = shells.reduce<unknown>((inner, [wrap, text]) => wrap(inner, text), { [name]: value });
        const line = lineFor({ nested });
        expect(line).not.toContain('hidden-value');
        expect(line.split('\n')).toHaveLength(2);
        JSON.parse(line);
      }),
      { numRuns: 2000 },
    );
  });

  it('looks through a long hostile text in linear time', () => {
    const redaction = createRedaction([], '[redacted]');
    const text = `?${'a'.repeat(100_000)}&${'token'.repeat(20_000)}://${':'.repeat(100_000)}`;
    expect(redaction.cleanText(text)).toBe(text);
    expect(redaction.cleanText('?'.repeat(1_000_000))).toHaveLength(1_000_000);
  });
});
