import { injectTraceHeaders } from '@holdfast/context';
import { type AttemptEnd, endOfAnswer, endOfError } from './attempt-failure.ts';
import type { Poster } from './http/post.ts';
import type { ResolvedSenderOptions } from './options.ts';
import { parseSecret, type SigningKey } from './secrets.ts';
import { signatureHeaders } from './signing.ts';
import type { NewDelivery, StoredEndpoint } from './store/delivery-store.ts';

/** One attempt that ended, whether it was a delivery or not. */
export interface FinishedAttempt extends AttemptEnd {
  readonly durationMs: number;
  /** Epoch ms. */
  readonly at: number;
}

/** Posts a delivery once, signed at this moment with every secret that is valid. */
export type MakeAttempt = (
  delivery: NewDelivery,
  endpoint: StoredEndpoint,
  signal: AbortSignal,
) => Promise<FinishedAttempt>;

/** What it returns rejects only with the reason of the signal. */
export function createAttempts(poster: Poster, options: ResolvedSenderOptions): MakeAttempt {
  const { clock, excerptBytes } = options;
  return async (delivery, endpoint, signal) => {
    const startedAt = clock.now();
    const finish = (end: AttemptEnd): FinishedAttempt => ({
      ...end,
      durationMs: clock.now() - startedAt,
      at: clock.wallTime(),
    });
    try {
      const body = Buffer.from(delivery.body);
      const url = new URL(endpoint.url);
      const headers = headersOf(delivery, url, body, signingKeys(endpoint, options), options);
      return finish(endOfAnswer(await poster.post(url, headers, body, signal), excerptBytes));
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      return finish(endOfError(error));
    }
  };
}

function headersOf(
  { eventId }: NewDelivery,
  url: URL,
  body: Buffer,
  keys: readonly SigningKey[],
  { clock, userAgent, trustedHosts }: ResolvedSenderOptions,
): Record<string, string> {
  const headers = {
    'content-type': 'application/json',
    'content-length': String(body.length),
    'user-agent': userAgent,
    ...signatureHeaders({ eventId, timestamp: clock.wallTime(), body }, keys),
  };
  return injectTraceHeaders<Record<string, string>>(headers, { host: url, trustedHosts });
}

/** @throws WebhookSecretError where what is stored cannot be read */
function signingKeys(
  { secrets }: StoredEndpoint,
  { clock, seal }: ResolvedSenderOptions,
): readonly SigningKey[] {
  const now = clock.wallTime();
  return secrets
    .filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
    .map(({ text }) => parseSecret(seal.open(text)));
}
