import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Clock } from '@holdfast/context/clock';
import { AddressRefusedError } from '../errors.ts';
import { hostOf, hostRefusal, portOf, type UrlPolicy } from './endpoint-url.ts';
import { guardedLookup, type ResolveHost } from './resolver.ts';

export interface PostOptions {
  readonly policy: UrlPolicy;
  readonly resolve: ResolveHost;
  readonly timeoutMs: number;
  /** What is read of an answer before the connection is dropped. */
  readonly maxResponseBytes: number;
  /** Certificates to trust instead of those of Node. */
  readonly ca: string | readonly string[] | undefined;
  readonly clock: Clock;
}

export interface PostAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The beginning of the body. */
  readonly body: Buffer;
}

/** Posts to endpoints of others: no redirects, no proxies of the environment, no address that is refused. */
export interface Poster {
  /**
   * @throws AttemptTimeoutError, AddressRefusedError, or what the connection failed with
   */
  post(
    url: URL,
    headers: Readonly<Record<string, string>>,
    body: Buffer,
    signal: AbortSignal,
  ): Promise<PostAnswer>;
  close(): void;
}

/** The attempt took longer than `timeoutMs`. */
export class AttemptTimeoutError extends Error {
  override readonly name = 'AttemptTimeoutError';
  readonly code = 'ERR_WEBHOOK_ATTEMPT_TIMEOUT';
}

const IDLE_CONNECTION_MS = 10_000;
const IDLE_CONNECTIONS_PER_HOST = 2;
/** What the head of an answer may weigh. */
const MAX_HEADER_BYTES = 16_384;

export function createPoster(options: PostOptions): Poster {
  const { policy, resolve, ca } = options;
  const pool = {
    keepAlive: true,
    maxFreeSockets: IDLE_CONNECTIONS_PER_HOST,
    timeout: IDLE_CONNECTION_MS,
    lookup: guardedLookup(resolve, policy.guard),
  };
  const agents = {
    'http:': new HttpAgent(pool),
    'https:': new HttpsAgent({
      ...pool,
      ...(ca !== undefined && { ca: typeof ca === 'string' ? ca : [...ca] }),
    }),
  };

  function open(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): ClientRequest {
    const settings = {
      method: 'POST',
      host: hostOf(url),
      port: portOf(url),
      path: url.pathname + url.search,
      headers: { host: url.host, ...headers },
      maxHeaderSize: MAX_HEADER_BYTES,
      signal,
    };
    return url.protocol === 'https:'
      ? httpsRequest({ ...settings, agent: agents['https:'] })
      : httpRequest({ ...settings, agent: agents['http:'] });
  }

  async function post(
    url: URL,
    headers: Readonly<Record<string, string>>,
    body: Buffer,
    signal: AbortSignal,
  ): Promise<PostAnswer> {
    // A connection to an address in figures asks no resolver.
    if (hostRefusal(url, policy) !== undefined) throw new AddressRefusedError('refused');
    const limit = new AbortController();
    const timer = options.clock.setTimer(
      () => limit.abort(new AttemptTimeoutError(`No answer within ${options.timeoutMs} ms.`)),
      options.timeoutMs,
      { keepAlive: true },
    );
    const both = AbortSignal.any([limit.signal, signal]);
    const attempt = () => exchange(open(url, headers, both), body, options.maxResponseBytes);
    try {
      return await attempt().catch((error: unknown) => {
        // The host closed an idle connection while it was taken into use: nothing is known to have been read.
        if (error instanceof StaleConnection && !both.aborted) return attempt();
        throw error;
      });
    } catch (error) {
      if (both.aborted) throw both.reason;
      throw error instanceof StaleConnection ? error.cause : error;
    } finally {
      timer.cancel();
    }
  }

  return {
    post,
    close: () => {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
}

class StaleConnection extends Error {
  override readonly name = 'StaleConnection';
}

function exchange(request: ClientRequest, body: Buffer, maxBytes: number): Promise<PostAnswer> {
  return new Promise((resolve, reject) => {
    request.on('error', (error: NodeJS.ErrnoException) => {
      const isStale = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(isStale ? new StaleConnection('an idle connection was closed', { cause: error }) : error);
    });
    request.on('response', (response) => void readAnswer(response, maxBytes).then(resolve));
    // An answer that asks for another protocol is an answer.
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ statusCode: response.statusCode ?? 0, headers: response.headers, body: Buffer.alloc(0) });
    });
    request.end(body);
  });
}

/** What is over the limit is not read; the connection is dropped. */
function readAnswer(response: IncomingMessage, maxBytes: number): Promise<PostAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const done = () => {
      const body = Buffer.concat(chunks).subarray(0, maxBytes);
      resolve({ statusCode: response.statusCode ?? 0, headers: response.headers, body });
    };
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size < maxBytes) return;
      done();
      response.destroy();
    });
    // The status is the answer, also where the body is cut off or takes longer than the attempt may.
    for (const end of ['end', 'error', 'close']) response.on(end, done);
  });
}
