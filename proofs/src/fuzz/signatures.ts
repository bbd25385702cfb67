/** Genuine, forged and garbled deliveries through the signature verifiers. */
import { systemClock } from '@holdfast/context/clock';
import {
  createSignatureVerifier,
  SignatureError,
  type SignatureVerifier,
  type WebhookProvider,
} from '@holdfast/queue/signatures';
import type { Random } from '../harness/random.ts';
import { goodId, hex, hostileHeader } from './hostile.ts';
import { type Delivery, type Headers, SIGNED_HEADERS, SIGNERS, shownSecret } from './signers.ts';

export interface SignatureCase {
  readonly accepted: boolean;
  readonly refused: boolean;
  readonly wrong: readonly string[];
}

type Change = 'none' | 'body' | 'secret' | 'stale' | 'early' | 'headers';

const PROVIDERS: readonly [WebhookProvider, ...WebhookProvider[]] = [
  'github',
  'stripe',
  'paddle',
  'standard',
];
const CHANGES: readonly [Change, ...Change[]] = ['none', 'body', 'secret', 'stale', 'early', 'headers'];
const NOW_SECONDS = 1_760_000_000;
const TOLERANCE_SECONDS = 300;
const LONGEST_BODY = 400;

/** Each call of what it returns is one case. */
export function createSignatureFuzzer(random: Random): () => SignatureCase {
  const secrets = [secretOf(random), secretOf(random)] as const;
  const verifiers = new Map(PROVIDERS.map((provider) => [provider, verifierOf(provider, secrets)]));
  return () => {
    const provider = random.pick(PROVIDERS);
    const verifier = verifiers.get(provider);
    if (verifier === undefined) throw new Error(`There is no verifier for ${provider}.`);
    return fuzzOne(random, provider, verifier, random.pick(secrets));
  };
}

function fuzzOne(
  random: Random,
  provider: WebhookProvider,
  verifier: SignatureVerifier,
  secret: string,
): SignatureCase {
  const change = random.pick(CHANGES);
  const genuine = deliveryOf(random, secret);
  const { delivery, headers, body } = changed(random, provider, change, genuine);
  const mustAccept =
    change === 'none' || (provider === 'github' && (change === 'stale' || change === 'early'));
  const outcome = tryVerify(verifier, body, headers);
  const wrong: string[] = [];
  if (outcome instanceof Error && !(outcome instanceof SignatureError)) wrong.push(`threw ${outcome.name}`);
  if (mustAccept && outcome !== undefined) wrong.push('refused a genuine delivery');
  if (
    !mustAccept &&
    outcome === undefined &&
    !sameSignature(provider, headers, SIGNERS[provider](delivery))
  ) {
    wrong.push('took a forgery');
  }
  if (outcome?.message.includes(secret) === true) wrong.push('showed the secret in its message');
  const described = wrong.map(
    (what) => `${provider}, ${change}: ${what}; ${JSON.stringify(headers).slice(0, 400)}`,
  );
  return { accepted: outcome === undefined, refused: outcome !== undefined, wrong: described };
}

interface Changed {
  /** What the sender holds. */
  readonly delivery: Delivery;
  /** What arrives. */
  readonly headers: Headers;
  readonly body: Buffer;
}

function changed(random: Random, provider: WebhookProvider, change: Change, genuine: Delivery): Changed {
  const sign = SIGNERS[provider];
  const arrived = (delivery: Delivery, headers = sign(delivery), body = delivery.body): Changed => ({
    delivery,
    headers,
    body,
  });
  switch (change) {
    case 'none':
      return arrived(genuine);
    case 'body':
      return arrived(genuine, sign(genuine), flipped(random, genuine.body));
    case 'secret': {
      const forger = { ...genuine, secret: secretOf(random) };
      return { ...arrived(forger), delivery: genuine };
    }
    case 'stale':
      return arrived({ ...genuine, signedAt: NOW_SECONDS - TOLERANCE_SECONDS - random.between(1, 1e6) });
    case 'early':
      return arrived({ ...genuine, signedAt: NOW_SECONDS + TOLERANCE_SECONDS + random.between(1, 1e6) });
    case 'headers':
      return arrived(genuine, garbled(random, provider, sign(genuine)));
  }
}

/** One of the headers that carry the signature becomes something else. */
function garbled(random: Random, provider: WebhookProvider, headers: Headers): Headers {
  const [first = '', ...rest] = SIGNED_HEADERS[provider];
  const name = random.pick([first, ...rest]);
  const good = headers[name];
  return { ...headers, [name]: hostileHeader(random, typeof good === 'string' ? good : '') };
}

/**
 * Damage may leave what counts as it was: another letter case of a hex digest, a header as a list of one, a space at
 * the end, a second value beside the genuine one. Such a delivery still holds the genuine signature.
 */
function sameSignature(provider: WebhookProvider, headers: Headers, genuine: Headers): boolean {
  const tokens = (value: Headers[string]): string[] =>
    [value ?? []].flat().flatMap((text) => text.toLowerCase().split(/[,;=\s]+/));
  return SIGNED_HEADERS[provider].every((name) => {
    const received = new Set(tokens(headers[name]));
    return tokens(genuine[name]).every((token) => received.has(token));
  });
}

function tryVerify(verifier: SignatureVerifier, body: Buffer, headers: Headers): Error | undefined {
  try {
    verifier.verify(body, headers);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function verifierOf(provider: WebhookProvider, secrets: readonly string[]): SignatureVerifier {
  return createSignatureVerifier({
    provider,
    secrets: secrets.map((secret) => shownSecret(provider, secret)),
    toleranceMs: TOLERANCE_SECONDS * 1_000,
    clock: { ...systemClock, wallTime: () => NOW_SECONDS * 1_000 },
  });
}

function deliveryOf(random: Random, secret: string): Delivery {
  return {
    secret,
    eventId: goodId(random),
    body: Buffer.from(
      JSON.stringify({ id: goodId(random), noise: hex(random, random.between(1, LONGEST_BODY)) }),
    ),
    signedAt: NOW_SECONDS + random.between(-TOLERANCE_SECONDS, TOLERANCE_SECONDS),
  };
}

/** Base64 of 24 bytes, so that it is a secret for every provider. */
function secretOf(random: Random): string {
  return Buffer.from(hex(random, 48), 'hex').toString('base64');
}

/** One bit differs, or a byte is added at the end. */
function flipped(random: Random, body: Buffer): Buffer {
  if (random.chance(0.2)) return Buffer.concat([body, Buffer.from(' ')]);
  const copy = Buffer.from(body);
  const at = random.between(0, copy.length - 1);
  copy[at] = (copy[at] ?? 0) ^ (1 << random.between(0, 7));
  return copy;
}
