import { type Exposition, parseExposition } from './exposition.ts';

/** One scrape. */
export interface Look {
  /** Monotonic, ms. */
  readonly at: number;
  readonly exposition: Exposition;
}

/** The service did not answer, or not with metrics; the message is for the reader. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  readonly code = 'ERR_TOP_NO_ANSWER';
}

export interface LookOptions {
  readonly url: URL;
  readonly key: string | undefined;
  readonly timeoutMs: number;
  /** Ends a look under way. */
  readonly signal?: AbortSignal | undefined;
}

/** @throws NoAnswerError */
export async function takeLook({ url, key, timeoutMs, signal }: LookOptions): Promise<Look> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      headers: { accept: 'text/plain', ...(key !== undefined && { 'x-api-key': key }) },
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    const body = await response.text();
    if (!response.ok) throw new NoAnswerError(refusal(response.status));
    return { at: performance.now(), exposition: parseExposition(body) };
  } catch (error) {
    if (error instanceof NoAnswerError) throw error;
    throw new NoAnswerError(timeout.aborted ? `no answer within ${timeoutMs} ms` : reasonOf(error), {
      cause: error,
    });
  }
}

function refusal(status: number): string {
  if (status === 401 || status === 403) return `it answers ${status}: pass its key with --key`;
  return `it answers ${status}: is this the address of the metrics?`;
}

/** `fetch` puts what happened into the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return String(cause);
}
