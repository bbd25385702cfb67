import type http from 'node:http';
import { gzip } from 'node:zlib';
import type { Clock } from '@holdfast/context/clock';
import { contextStorage, Scope } from '@holdfast/context/storage';
import type { TlsFiles } from '../config/tls.ts';
import { otel } from '../otel-api.ts';
import { suppressTracing } from '../propagation/suppression.ts';
import { readRejectedSpans } from './export-response.ts';

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
  readonly clock: Clock;
}

/** What the collector made of one request. */
export type SendOutcome =
  | { readonly kind: 'accepted'; readonly rejectedSpans: number }
  | { readonly kind: 'retry'; readonly reason: string; readonly retryAfterMs: number | undefined }
  | { readonly kind: 'refused'; readonly reason: string };

/** Statuses that mean "later": https://opentelemetry.io/docs/specs/otlp/#otlphttp-response */
const RETRYABLE = new Set([429, 502, 503, 504]);

/** An answer is a few bytes; what a wrong server sends beyond that is not read. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** Posts one body at a time over one kept connection, never follows a redirect and never throws. */
export class OtlpSender {
  readonly #options: SenderOptions;
  readonly #agent: http.Agent;
  readonly #request: typeof http.request;
  readonly #untraced: Scope;
  #socket: { ref(): unknown; unref(): unknown } | undefined;
  #awaited = false;

  constructor(options: SenderOptions) {
    this.#options = options;
    const { Agent, request } = loadClient(options.url.protocol);
    this.#agent = new Agent({ keepAlive: true, maxSockets: 1, ...options.tls });
    this.#request = request;
    this.#untraced = Scope.around(suppressTracing(otel().ROOT_CONTEXT));
  }

  /** Whether somebody waits for what is under way: only then does it keep the process alive. */
  setAwaited(awaited: boolean): void {
    this.#awaited = awaited;
    this.#applyReference();
  }

  async send(body: Buffer): Promise<SendOutcome> {
    const payload = this.#options.compression === 'gzip' ? await compress(body) : body;
    return contextStorage.run(this.#untraced, () => this.#post(payload));
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(payload: Buffer): Promise<SendOutcome> {
    const { promise, resolve } = Promise.withResolvers<SendOutcome>();
    const { url, timeoutMs, clock } = this.#options;
    const request = this.#request(url, {
      method: 'POST',
      agent: this.#agent,
      headers: this.#headers(payload),
    });
    const timer = clock.setTimer(() => request.destroy(new ExportTimeout()), timeoutMs);
    const settle = (outcome: SendOutcome) => {
      timer.cancel();
      this.#socket = undefined;
      resolve(outcome);
    };
    request.on('socket', (socket) => {
      this.#socket = socket;
      this.#applyReference();
    });
    request.on('response', (response) => void this.#read(response).then(settle));
    request.on('error', (error: NodeJS.ErrnoException) => {
      settle({ kind: 'retry', reason: error.code ?? error.name, retryAfterMs: undefined });
    });
    request.end(payload);
    return promise;
  }

  async #read(response: http.IncomingMessage): Promise<SendOutcome> {
    const status = response.statusCode ?? 0;
    const body = await readBody(response);
    if (status >= 200 && status < 300) return { kind: 'accepted', rejectedSpans: readRejectedSpans(body) };
    const reason = `status ${status}`;
    if (!RETRYABLE.has(status)) return { kind: 'refused', reason };
    return { kind: 'retry', reason, retryAfterMs: retryAfterMs(response, this.#options.clock) };
  }

  #headers(payload: Buffer): Record<string, string | number> {
    const headers: Record<string, string | number> = {
      'user-agent': 'holdfast-otlp-exporter',
      ...this.#options.headers,
      'content-type': 'application/x-protobuf',
      'content-length': payload.length,
    };
    if (this.#options.compression === 'gzip') headers['content-encoding'] = 'gzip';
    return headers;
  }

  #applyReference(): void {
    if (this.#awaited) this.#socket?.ref();
    else this.#socket?.unref();
  }
}

/** An import of `node:http` would load Node's fetch and HTTP/2, too. */
function loadClient(protocol: string): Pick<typeof http, 'Agent' | 'request'> {
  return process.getBuiltinModule(protocol === 'https:' ? 'node:https' : 'node:http');
}

class ExportTimeout extends Error {
  readonly code = 'timeout';
}

async function readBody(response: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= MAX_ANSWER_BYTES) chunks.push(chunk);
    }
  } catch {
    // The status has arrived and decides; a body cut short adds nothing to it.
  }
  return Buffer.concat(chunks);
}

/** `Retry-After` in milliseconds, given as seconds or as a date. */
function retryAfterMs(response: http.IncomingMessage, clock: Clock): number | undefined {
  const header = response.headers['retry-after'];
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - clock.wallTime());
}
