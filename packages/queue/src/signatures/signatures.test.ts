import { ManualClock } from '@holdfast/context/testing';
import { sign as githubSign, verify as githubVerify } from '@octokit/webhooks-methods';
import { Paddle } from '@paddle/paddle-node-sdk';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import {
  createSignatureVerifier,
  readEvent,
  SignatureError,
  SignatureStaleError,
  signWebhook,
  type WebhookHeaders,
  type WebhookProvider,
} from './index.ts';

const NOW = 1_700_000_000_000;
const BODY =
  '{"id":"evt_1","type":"payment.succeeded","event_id":"evt_1","event_type":"transaction.paid","name":"Zoë"}';
const STANDARD_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const SECRETS: Record<WebhookProvider, string> = {
  github: 'github-secret',
  stripe: 'whsec_stripe_secret',
  paddle: 'pdl_ntfset_secret',
  standard: STANDARD_SECRET,
};
const PROVIDERS = Object.keys(SECRETS) as WebhookProvider[];
const TIMED = PROVIDERS.filter((provider) => provider !== 'github');

function clockAt(wallTime: number): ManualClock {
  return new ManualClock(wallTime);
}

function verifier(provider: WebhookProvider, secrets = [SECRETS[provider]], now = NOW) {
  return createSignatureVerifier({ provider, secrets, clock: clockAt(now) });
}

function signed(provider: WebhookProvider, timestamp = NOW, body: string | Uint8Array = BODY) {
  return signWebhook({
    provider,
    secret: SECRETS[provider],
    body,
    timestamp,
    eventId: 'msg_1',
    eventType: 'push',
  });
}

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof SignatureError ? error.code : `not a SignatureError: ${String(error)}`;
  }
}

describe.each(PROVIDERS)('a webhook signed as %s signs', (provider) => {
  it('is accepted over the raw bytes', () => {
    expect(verifier(provider).verify(Buffer.from(BODY), signed(provider)).provider).toBe(provider);
  });

  it('is accepted where the headers come as fetch gives them', () => {
    expect(verifier(provider).verify(Buffer.from(BODY), new Headers(signed(provider))).provider).toBe(
      provider,
    );
  });

  it('is refused when one byte of the body is another', () => {
    expect(codeOf(() => verifier(provider).verify(`${BODY} `, signed(provider)))).toBe(
      'ERR_SIGNATURE_MISMATCH',
    );
  });

  it('is accepted with bytes that are not UTF-8', () => {
    const bytes = Uint8Array.from([0xff, 0x00, 0xc3]);
    expect(verifier(provider).verify(bytes, signed(provider, NOW, bytes)).provider).toBe(provider);
  });

  it('is refused under another secret, and accepted while that is one of several', () => {
    const other = provider === 'standard' ? 'whsec_b3RoZXItc2VjcmV0' : 'other-secret';
    expect(codeOf(() => verifier(provider, [other]).verify(BODY, signed(provider)))).toBe(
      'ERR_SIGNATURE_MISMATCH',
    );
    expect(verifier(provider, [other, SECRETS[provider]]).verify(BODY, signed(provider)).provider).toBe(
      provider,
    );
  });

  it('is refused without its header, saying which', () => {
    const run = () => verifier(provider).verify(BODY, {});
    expect(codeOf(run)).toBe('ERR_SIGNATURE_MISSING');
    expect(run).toThrow(/The header [a-z0-9-]+ is missing: the request is not signed\./);
  });

  it('is refused when the header is sent twice', () => {
    const doubled = Object.fromEntries(
      Object.entries(signed(provider)).map(([name, value]) => [name, [value, value]]),
    );
    expect(codeOf(() => verifier(provider).verify(BODY, doubled))).toBe('ERR_SIGNATURE_MALFORMED');
  });

  it('is refused when what is verified is not the raw body', () => {
    const parsed = JSON.parse(BODY) as string;
    expect(codeOf(() => verifier(provider).verify(parsed, signed(provider)))).toBe('ERR_SIGNATURE_RAW_BODY');
  });

  it('never makes hostile headers throw anything but a SignatureError', () => {
    const names = [...Object.keys(signed(provider)), '__proto__', 'constructor'];
    const piece = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        't=',
        'ts=',
        'v1=',
        'h1=',
        'v1,',
        'sha256=',
        '1700000000',
        'ab'.repeat(32),
        `${'A'.repeat(43)}=`,
      ),
    );
    const text = fc
      .array(fc.oneof(piece, fc.constantFrom(',', ';', ' ', '=')), { maxLength: 40 })
      .map((all) => all.join(''));
    const value = fc.oneof(text, fc.array(text), fc.constant(undefined));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), fc.uint8Array(), (headers, body) => {
        expect(codeOf(() => verifier(provider).verify(body, headers as WebhookHeaders))).toMatch(
          /^ERR_SIGNATURE_/,
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe.each(TIMED)('the time that %s signs', (provider) => {
  it('may be five minutes old or five minutes ahead, not more', () => {
    const at = (timestamp: number) =>
      codeOf(() => verifier(provider).verify(BODY, signed(provider, timestamp)));
    expect(at(NOW - 300_000)).toBeUndefined();
    expect(at(NOW + 300_000)).toBeUndefined();
    expect(at(NOW - 301_000)).toBe('ERR_SIGNATURE_STALE');
    expect(at(NOW + 301_000)).toBe('ERR_SIGNATURE_STALE');
  });

  it('is told in the error, with the sign of the direction', () => {
    const error = new SignatureStaleError(-301_000, 300_000);
    expect(error.message).toBe(
      'The signature is 301000 ms ahead of our clock; 300000 ms are tolerated. Check the clocks.',
    );
    expect(error.ageMs).toBe(-301_000);
  });

  it('is part of the result', () => {
    expect(verifier(provider).verify(BODY, signed(provider)).timestamp).toBe(NOW);
  });

  it('is covered by the signature', () => {
    const later = Object.fromEntries(
      Object.entries(signed(provider)).map(([name, value]) => [
        name,
        value.replace('1700000000', '1700000001'),
      ]),
    );
    expect(codeOf(() => verifier(provider).verify(BODY, later))).toBe('ERR_SIGNATURE_MISMATCH');
  });
});

describe('the provider of the signature', () => {
  it("GitHub's own example verifies", () => {
    const github = verifier('github', ["It's a Secret to Everybody"]);
    const headers = {
      'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    };
    expect(github.verify('Hello, World!', headers)).toEqual({ provider: 'github' });
  });

  it("GitHub's library and ours verify each other", async () => {
    const signature = await githubSign(SECRETS.github, BODY);
    expect(verifier('github').verify(BODY, { 'x-hub-signature-256': signature }).provider).toBe('github');
    expect(await githubVerify(SECRETS.github, BODY, signed('github')['x-hub-signature-256'] ?? '')).toBe(
      true,
    );
  });

  it("Stripe's library and ours verify each other", () => {
    const { webhooks } = new Stripe('sk_test_1');
    const theirs = webhooks.generateTestHeaderString({
      payload: BODY,
      secret: SECRETS.stripe,
      timestamp: NOW / 1000,
    });
    expect(verifier('stripe').verify(BODY, { 'stripe-signature': theirs }).timestamp).toBe(NOW);
    const ours = signed('stripe', Date.now())['stripe-signature'] ?? '';
    expect(webhooks.constructEvent(BODY, ours, SECRETS.stripe).id).toBe('evt_1');
  });

  it("Stripe's header may hold an old scheme and the signatures of two secrets", () => {
    const ours = signed('stripe')['stripe-signature'] ?? '';
    const header = `${ours.replace('v1=', `v0=${'0'.repeat(64)},v1=${'1'.repeat(64)},v1=`)}`;
    expect(verifier('stripe').verify(BODY, { 'stripe-signature': header }).timestamp).toBe(NOW);
  });

  it("Paddle's library accepts what we sign", async () => {
    const { webhooks } = new Paddle('pdl_test_1');
    const body =
      '{"event_id":"evt_1","event_type":"transaction.paid","occurred_at":"2026-01-01T00:00:00Z","data":{}}';
    const ours = signWebhook({ provider: 'paddle', secret: SECRETS.paddle, body })['paddle-signature'] ?? '';
    expect(await webhooks.isSignatureValid(body, SECRETS.paddle, ours)).toBe(true);
    expect(await webhooks.isSignatureValid(`${body} `, SECRETS.paddle, ours)).toBe(false);
  });

  it('a Paddle signature of known bytes verifies', () => {
    const header = 'ts=1700000000;h1=1ea6da9c354fd21dd3e441a6f52c13b0f1c05d664bf99fd4c4094230beab6d2e';
    expect(verifier('paddle').verify(BODY, { 'paddle-signature': header }).timestamp).toBe(NOW);
  });

  it('the Standard Webhooks library and ours verify each other', () => {
    const library = new Webhook(STANDARD_SECRET);
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': '1700000000',
      'webhook-signature': library.sign('msg_1', new Date(NOW), BODY),
    };
    expect(verifier('standard').verify(BODY, headers)).toEqual({
      provider: 'standard',
      eventId: 'msg_1',
      timestamp: NOW,
    });
    expect(library.verify(BODY, signed('standard', Date.now()))).toMatchObject({ id: 'evt_1' });
  });

  it('Standard Webhooks signatures of another version are passed over', () => {
    const ours = signed('standard');
    const both = { ...ours, 'webhook-signature': `v1a,${'A'.repeat(86)}== ${ours['webhook-signature']}` };
    expect(verifier('standard').verify(BODY, both).eventId).toBe('msg_1');
  });
});

describe('readEvent', () => {
  it.each([
    ['github', '{"action":"opened"}', { eventId: 'msg_1', eventType: 'push.opened' }],
    ['github', '{}', { eventId: 'msg_1', eventType: 'push' }],
    ['stripe', BODY, { eventId: 'evt_1', eventType: 'payment.succeeded' }],
    ['paddle', BODY, { eventId: 'evt_1', eventType: 'transaction.paid' }],
    ['standard', BODY, { eventId: 'msg_1', eventType: 'payment.succeeded' }],
  ] as const)('finds the id and type of a %s event in %s', (provider, body, names) => {
    expect(readEvent(provider, signed(provider), Buffer.from(body))).toEqual(names);
    expect(readEvent(provider, signed(provider), JSON.parse(body) as object)).toEqual(names);
  });

  it.each([
    ['stripe', '{"id":"evt_1"', 'the body is not JSON (SyntaxError)'],
    ['stripe', '[]', 'the body is not a JSON object'],
    ['stripe', 'null', 'the body is not a JSON object'],
    ['stripe', '{"type":"x"}', 'id is missing'],
    ['stripe', `{"id":"${'x'.repeat(513)}","type":"x"}`, 'id is longer than 512 characters'],
    ['paddle', '{"event_id":7,"event_type":"x"}', 'event_id is missing'],
    ['standard', '{}', 'type is missing'],
  ] as const)('refuses a %s event %s', (provider, body, what) => {
    const run = () => readEvent(provider, signed(provider), body);
    expect(run).toThrow(`The webhook cannot be read: ${what}.`);
    expect(run).toThrow(expect.objectContaining({ code: 'ERR_WEBHOOK_UNREADABLE' }));
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(() => readEvent('stripe', {}, Uint8Array.from([0xff]))).toThrow('the body is not UTF-8');
  });

  it('refuses a GitHub event without its headers', () => {
    expect(() => readEvent('github', {}, '{}')).toThrow('the header x-github-event is missing');
  });
});

describe('createSignatureVerifier', () => {
  it.each([
    [
      { provider: 'shopify', secrets: ['x'] },
      'provider is "shopify"; it must be one of github, stripe, paddle, standard.',
    ],
    [
      { provider: 'github', secrets: [] },
      'secrets holds no secret for github; give every one that is active.',
    ],
    [
      { provider: 'github', secrets: ['a', ''] },
      'secrets[1] of github is missing or empty; is the variable that should hold it set?',
    ],
    [
      { provider: 'standard', secrets: ['whsec_%%'] },
      'secrets[0] of standard is not a secret as the provider shows it.',
    ],
    [
      { provider: 'github', secrets: ['a'], toleranceMs: -1 },
      'toleranceMs is -1; it must be 0 or more milliseconds.',
    ],
  ])('refuses %j without showing a secret', (options, message) => {
    const run = () => createSignatureVerifier(options as never);
    expect(run).toThrow(message);
    expect(run).toThrow(expect.objectContaining({ code: 'ERR_QUEUE_OPTION' }));
  });

  it('signs with the defaults of a ping now', () => {
    const headers = signWebhook({ provider: 'github', secret: 'a', body: '{}' });
    expect(headers['x-github-event']).toBe('ping');
    expect(headers['x-github-delivery']).toMatch(/^[0-9a-f-]{36}$/);
  });
});
