import { createPublicKey, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { createSecretSeal } from './secret-seal.ts';
import { generateSecret, parseSecret, verificationKey } from './secrets.ts';
import { signatureHeaders } from './signing.ts';

const secretOf = (bytes: number, fill = 1) => `whsec_${Buffer.alloc(bytes, fill).toString('base64')}`;
const SEED = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
const PUBLIC = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex');

describe('a secret', () => {
  it.each([24, 32, 64])('may have %i bytes', (bytes) => {
    expect(parseSecret(secretOf(bytes)).scheme).toBe('v1');
  });

  it.each([
    [secretOf(23), 'The secret has 23 bytes.'],
    [secretOf(65), 'The secret has 65 bytes.'],
    ['whsec_', 'The secret has 0 bytes.'],
    ['whsec_!!!!', 'The secret is not base64.'],
    ['whsec_YWJj\nYWJj', 'The secret is not base64.'],
    [`whsk_${Buffer.alloc(31).toString('base64')}`, 'The secret has 31 bytes.'],
    [`whsk_${Buffer.alloc(64).toString('base64')}`, 'The secret holds a public key that does not belong'],
    [`whpk_${PUBLIC.toString('base64')}`, 'The secret is a public key, which cannot sign.'],
    ['hunter2', 'The secret has neither the prefix whsec_ nor whsk_.'],
    [undefined, 'The secret is no text.'],
  ])('that cannot sign is refused without being shown (%#)', (secret, message) => {
    const error = caught(() => parseSecret(secret));
    expect(error).toMatchObject({ name: 'WebhookSecretError', code: 'ERR_WEBHOOK_SECRET' });
    expect(error.message.startsWith(message)).toBe(true);
    if (secret !== undefined && secret !== 'whsec_') expect(error.message).not.toContain(secret);
  });

  it('is made with 32 bytes, or as an ed25519 key whose public half is handed out', () => {
    const shared = generateSecret();
    expect(Buffer.from(shared.slice('whsec_'.length), 'base64')).toHaveLength(32);
    expect(verificationKey(shared)).toBe(shared);
    const own = generateSecret('v1a');
    expect(own).toMatch(/^whsk_/);
    expect(verificationKey(own)).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/);
  });

  it('has the public key that RFC 8032 gives for its seed', () => {
    expect(verificationKey(`whsk_${SEED.toString('base64')}`)).toBe(`whpk_${PUBLIC.toString('base64')}`);
  });
});

describe('a signature', () => {
  const message = { eventId: 'msg_1', timestamp: 1_700_000_000_999, body: Buffer.from('{"a":"ä"}') };

  it('is the one the specification gives for its example', () => {
    const key = parseSecret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    const example = {
      eventId: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1_614_265_330_000,
      body: Buffer.from('{"test": 2432232314}'),
    };
    expect(signatureHeaders(example, [key])).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('is made with each secret of a rotation, and either verifies', () => {
    const now = Date.now();
    const [newer, older] = [secretOf(32, 1), secretOf(32, 2)];
    const headers = signatureHeaders({ ...message, timestamp: now }, [
      parseSecret(newer),
      parseSecret(older),
    ]);
    for (const secret of [newer, older]) new Webhook(secret).verify(message.body.toString(), { ...headers });
    expect(() => new Webhook(secretOf(32, 3)).verify(message.body.toString(), { ...headers })).toThrow();
  });

  it('with ed25519 is verified by the public key over id, time and body', () => {
    const secret = generateSecret('v1a');
    const headers = signatureHeaders(message, [parseSecret(secret)]);
    const [version, text = ''] = headers['webhook-signature'].split(',');
    expect(version).toBe('v1a');
    const raw = Buffer.from(verificationKey(secret).slice('whpk_'.length), 'base64');
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]);
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    const signed = Buffer.from('msg_1.1700000000.{"a":"ä"}');
    expect(verify(null, signed, key, Buffer.from(text, 'base64'))).toBe(true);
    expect(verify(null, Buffer.from('msg_1.1700000001.{"a":"ä"}'), key, Buffer.from(text, 'base64'))).toBe(
      false,
    );
  });
});

describe('a sealed secret', () => {
  const key = Buffer.alloc(32, 9);

  it('is not readable without its key', () => {
    const sealed = createSecretSeal(key).seal('whsec_abc');
    expect(sealed).not.toContain('abc');
    expect(createSecretSeal(key).open(sealed)).toBe('whsec_abc');
    expect(() => createSecretSeal(undefined).open(sealed)).toThrow('no secretStorageKey was given');
    expect(() => createSecretSeal(Buffer.alloc(32, 8)).open(sealed)).toThrow('another secretStorageKey');
  });

  it('may have been stored before there was a key', () => {
    expect(createSecretSeal(key).open('whsec_abc')).toBe('whsec_abc');
  });

  it('needs a key of 32 bytes', () => {
    expect(() => createSecretSeal(Buffer.alloc(31))).toThrow('secretStorageKey must be 32 bytes.');
  });
});

function caught(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
