import { QueueOptionError } from '../errors.ts';
import { github } from './github.ts';
import { paddle } from './paddle.ts';
import type { SignatureScheme, WebhookProvider } from './scheme.ts';
import { standard } from './standard.ts';
import { stripe } from './stripe.ts';

const SCHEMES: ReadonlyMap<unknown, SignatureScheme> = new Map<WebhookProvider, SignatureScheme>([
  ['github', github],
  ['stripe', stripe],
  ['paddle', paddle],
  ['standard', standard],
]);

/** @throws QueueOptionError */
export function schemeOf(provider: WebhookProvider): SignatureScheme {
  const scheme = SCHEMES.get(provider);
  if (scheme === undefined) {
    throw new QueueOptionError(
      'provider',
      `is ${JSON.stringify(provider)}; it must be one of ${[...SCHEMES.keys()].join(', ')}.`,
    );
  }
  return scheme;
}

/** The keys of the secrets. @throws QueueOptionError, which never shows a secret */
export function keysOf(provider: WebhookProvider, secrets: readonly string[]): Buffer[] {
  if (!Array.isArray(secrets) || secrets.length === 0) {
    throw new QueueOptionError('secrets', `holds no secret for ${provider}; give every one that is active.`);
  }
  return secrets.map((secret: unknown, index) => {
    if (typeof secret !== 'string' || secret === '') {
      throw new QueueOptionError(
        `secrets[${index}]`,
        `of ${provider} is missing or empty; is the variable that should hold it set?`,
      );
    }
    try {
      return schemeOf(provider).key(secret);
    } catch {
      throw new QueueOptionError(
        `secrets[${index}]`,
        `of ${provider} is not a secret as the provider shows it.`,
      );
    }
  });
}
