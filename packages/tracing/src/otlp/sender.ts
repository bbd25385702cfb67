import { gzip } from 'node:zlib';
import type { Clock } from '@holdfast/context/clock';
import { contextStorage, Scope } from '@holdfast/context/storage';
import type { TlsFiles } from '../config/tls.ts';
import { otel } from '../otel-api.ts';
import { suppressTracing } from '../propagation/suppression.ts';
import { agentOptions, clientModule, loadClient } from './connection.ts';
import { readRejectedSpans } from './export-response.ts';
import { ExportThread } from './export-thread.ts';
import { createPoster, type Poster, type PosterOptions, type PostResult } from './poster.ts';

/** An import of `node:util` would load its argument parser and worker threads, too. */
const { promisify } = process.getBuiltinModule('node:util');

const compress = promisify(gzip);

export interface SenderOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a collector behind https. Default what Node trusts, and no certificate of our own. */
  readonly tls?: TlsFiles;
  readonly compression: 'none' | 'gzip';
  readonly timeoutMs: number;
  /** Whether a busy process may send from a thread of its own. */
  readonly exportThread: boolean;
  readonly clock: Clock;
}

/** What the collector made of one request. */
export type SendOutcome =
  | { readonly kind: 'accepted'; readonly rejectedSpans: number }
  | { readonly kind: 'retry'; readonly reason: string; readonly retryAfterMs: number | undefined }
  | { readonly kind: 'refused'; readonly reason: string };

/** Statuses that mean "later": https://opentelemetry.io/docs/specs/otlp/#otlphttp-response */
const RETRYABLE = new Set([429, 502, 503, 504]);

/**
 * Sends one body at a time and never throws: from this thread, or from another once `relieve()` was called. Where that
 * other thread cannot start, or ends, this one goes on with the same body.
 */
export class OtlpSender {
  readonly #options: SenderOptions;
  readonly #posterOptions: PosterOptions;
  readonly #untraced: Scope;
  #here: Poster | undefined;
  #thread: ExportThread | undefined;
  #mayStartThread: boolean;
  #closed = false;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#posterOptions = {
      url: options.url.href,
      headers: headersOf(options),
      agent: agentOptions(options.url, options.tls),
    };
    this.#untraced = Scope.around(suppressTracing(otel().ROOT_CONTEXT));
    this.#mayStartThread = options.exportThread;
  }

  /** There is much to send: the next bodies leave from a thread of their own. Tried once, unless it is switched off. */
  relieve(): void {
    if (!this.#mayStartThread) return;
    this.#mayStartThread = false;
    contextStorage.run(this.#untraced, () => this.#startThread());
  }

  async send(body: Buffer): Promise<SendOutcome> {
    const payload = this.#options.compression === 'gzip' ? await compress(body) : body;
    return contextStorage.run(this.#untraced, () => this.#send(payload));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#mayStartThread = false;
    await Promise.all([this.#here?.close(), this.#thread?.close()]);
  }

  async #send(payload: Buffer): Promise<SendOutcome> {
    const { clock, timeoutMs } = this.#options;
    const timer = clock.setTimer(() => this.#abort(), timeoutMs);
    const result = await this.#post(payload);
    timer.cancel();
    return outcomeOf(result, clock);
  }

  async #post(payload: Buffer): Promise<PostResult> {
    if (this.#thread === undefined) return this.#startHere().post(payload);
    try {
      return await this.#thread.post(payload);
    } catch {
      this.#thread = undefined;
      return this.#closed ? { errorCode: 'closed' } : this.#startHere().post(payload);
    }
  }

  #abort(): void {
    this.#here?.abort();
    this.#thread?.abort();
  }

  #startHere(): Poster {
    this.#here ??= createPoster(loadClient(clientModule(this.#options.url)), this.#posterOptions);
    return this.#here;
  }

  #startThread(): void {
    try {
      this.#thread = new ExportThread(clientModule(this.#options.url), this.#posterOptions);
    } catch {
      // `--permission` without `--allow-worker`: this thread sends.
    }
  }
}

function headersOf({ headers, compression }: SenderOptions): Record<string, string> {
  return {
    'user-agent': 'holdfast-otlp-exporter',
    ...headers,
    'content-type': 'application/x-protobuf',
    ...(compression === 'gzip' ? { 'content-encoding': 'gzip' } : {}),
  };
}

function outcomeOf(result: PostResult, clock: Clock): SendOutcome {
  if ('errorCode' in result) return { kind: 'retry', reason: result.errorCode, retryAfterMs: undefined };
  const { status, body } = result;
  if (status >= 200 && status < 300) return { kind: 'accepted', rejectedSpans: readRejectedSpans(body) };
  const reason = `status ${status}`;
  if (!RETRYABLE.has(status)) return { kind: 'refused', reason };
  return { kind: 'retry', reason, retryAfterMs: retryAfterMs(result.retryAfter, clock) };
}

/** `Retry-After` in milliseconds, given as seconds or as a date. */
function retryAfterMs(header: string | undefined, clock: Clock): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - clock.wallTime());
}
