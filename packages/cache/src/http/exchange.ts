import { createHash, randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Timer } from '@holdfast/context/clock';
import type { Lifetime } from '../entry.ts';
import type { KeyedCache } from '../keyed-cache.ts';
import { isNotModified } from './conditional.ts';
import { NoSharedAnswer } from './errors.ts';
import type { HttpCacheRequest, HttpCacheSettings } from './options.ts';
import { variantKey } from './request-key.ts';
import { type Answer, ResponseTee } from './response-tee.ts';
import { storableFor, type Verdict } from './storable.ts';
import type { HttpEntry, StoredResponse, VaryRecord } from './stored-response.ts';

/** Where an answer is kept: under the key of the request, or under that of a variant of it. */
export interface Place {
  readonly primary: string;
  readonly key: string;
  /** Which headers of the request make the variant. */
  readonly record: VaryRecord | undefined;
}

/** What is to be kept under the key of the place, and whether it is. */
export interface Outcome {
  readonly entry: HttpEntry;
  readonly lifetime: Partial<Lifetime>;
  readonly isKept: boolean;
}

/** The least time that it is remembered by which headers answers differ: longer than any of them is of use. */
const LEAST_VARY_MS = 3_600_000;

const CONDITIONAL_HEADERS = ['if-none-match', 'if-modified-since'] as const;

/** One request that runs its handler, and what is learned from its answer. */
export class Exchange {
  readonly #request: HttpCacheRequest;
  readonly #res: ServerResponse;
  readonly #place: Place;
  readonly #settings: HttpCacheSettings;
  readonly #cache: KeyedCache<HttpEntry>;
  readonly #conditional: IncomingHttpHeaders = {};
  #verdict: Verdict | undefined;
  #held: ResponseTee | undefined;

  constructor(
    request: HttpCacheRequest,
    res: ServerResponse,
    place: Place,
    settings: HttpCacheSettings,
    cache: KeyedCache<HttpEntry>,
  ) {
    this.#request = request;
    this.#res = res;
    this.#place = place;
    this.#settings = settings;
    this.#cache = cache;
  }

  /**
   * Runs the handler and copies its answer.
   * @throws NoSharedAnswer when that cannot be given to others
   */
  run(handler: () => void): Promise<Outcome> {
    this.#takeConditions();
    return new Promise((resolve, reject) => {
      const fail = (reason: NoSharedAnswer['reason']) => reject(new NoSharedAnswer(reason));
      const tee = new ResponseTee(this.#res, {
        maxBodyBytes: this.#settings.maxBodyBytes,
        beforeHead: (body) => {
          const how = this.#beforeHead(body);
          if (how === 'hold') this.#held = tee;
          return how;
        },
        onIncomplete: () => fail('not-storable'),
        onBrokenOff: () => fail('gone'),
        onComplete: (answer) => {
          if (answer.status >= 500) fail('failed');
          else if (this.#verdict === undefined) fail('not-storable');
          else resolve(this.#outcomeOf(answer, this.#verdict));
        },
      });
      this.#watchForLeaving(() => fail('gone'));
      handler();
    });
  }

  /** Sends the answer that was held back because it says that something failed, or what `instead` sends. */
  release(instead?: () => void): void {
    this.#held?.release(instead);
    this.#held = undefined;
  }

  /** Without its conditions the request is answered in full, which is what others need. */
  #takeConditions(): void {
    const { headers } = this.#request.req;
    for (const name of CONDITIONAL_HEADERS) {
      const value = headers[name];
      if (value === undefined) continue;
      this.#conditional[name] = value;
      delete headers[name];
    }
  }

  #beforeHead(body: Buffer | undefined): 'send' | 'hold' | 'empty' {
    const res = this.#res;
    const { statusCode: status } = res;
    res.setHeader('X-Cache', 'MISS');
    if (status >= 500) return 'hold';
    if (!this.#settings.statusCodes.has(status)) return 'send';
    const { principal } = this.#request;
    this.#verdict = storableFor(
      res.getHeaders(),
      principal !== undefined,
      this.#settings.cache.clock.wallTime(),
    );
    if (this.#verdict === undefined) return 'send';
    if (!res.hasHeader('cache-control')) res.setHeader('Cache-Control', this.#clientDirectives());
    if (body === undefined) return 'send';
    if (!res.hasHeader('etag') && body.length > 0) res.setHeader('ETag', etagOf(body));
    const headers = {
      etag: res.getHeader('etag') as string,
      'last-modified': res.getHeader('last-modified') as string,
    };
    if (!isNotModified(this.#conditional, { status, headers })) return 'send';
    res.statusCode = 304;
    return 'empty';
  }

  #clientDirectives(): string {
    const { clientTtlMs } = this.#settings;
    const { tenant, principal } = this.#request;
    // A cache between here and the client knows neither: it would give one tenant's answer to another.
    const whose = tenant === undefined && principal === undefined ? 'public' : 'private';
    return clientTtlMs < 1000 ? `${whose}, no-cache` : `${whose}, max-age=${Math.floor(clientTtlMs / 1000)}`;
  }

  #outcomeOf({ status, headers, body }: Answer, { lifetime, varyNames }: Verdict): Outcome {
    const response: StoredResponse = { kind: 'response', status, headers: withEtag(headers, body), body };
    const known = this.#place.record?.names ?? [];
    const names = [...new Set([...known, ...varyNames])].sort();
    if (names.length === known.length) return { entry: response, lifetime, isKept: true };
    return this.#keepAsVariant(response, lifetime, names);
  }

  /** The first answer of this kind: from now on those headers of the request count. */
  #keepAsVariant(response: StoredResponse, lifetime: Partial<Lifetime>, names: readonly string[]): Outcome {
    const { primary, key } = this.#place;
    const record: VaryRecord = { kind: 'vary', names, nonce: randomUUID().slice(0, 8) };
    const variant = variantKey(primary, record, this.#request.req.headers);
    const recordLifetime = this.#lifetimeOfRecord(lifetime);
    this.#keep(variant, response, lifetime);
    if (key === primary) return { entry: record, lifetime: recordLifetime, isKept: true };
    this.#keep(primary, record, recordLifetime);
    return { entry: record, lifetime, isKept: false };
  }

  #lifetimeOfRecord(lifetime: Partial<Lifetime>): Lifetime {
    const { ttl, staleWhileRevalidateMs, staleIfErrorMs } = {
      ...this.#settings.cache.lifetime,
      ...lifetime,
    };
    const useful = (ttl + Math.max(staleWhileRevalidateMs, staleIfErrorMs)) * 2;
    return { ttl: Math.max(useful, LEAST_VARY_MS), staleWhileRevalidateMs: 0, staleIfErrorMs: 0 };
  }

  #keep(key: string, entry: HttpEntry, lifetime: Partial<Lifetime>): void {
    // A store that is out of reach was told to onError, and the next request makes its own answer.
    this.#cache.set(key, entry, lifetime).catch(() => undefined);
  }

  /**
   * A client that leaves does not end its handler, and others wait for the answer. A handler that pipes a stream is
   * ended by it, which shows in `unpipe`; for any other it is waited a while.
   */
  #watchForLeaving(onGone: () => void): void {
    const res = this.#res;
    let timer: Timer | undefined;
    res.once('close', () => {
      if (res.writableEnded) return;
      timer = this.#settings.cache.clock.setTimer(onGone, this.#settings.collapseTimeoutMs);
      res.once('unpipe', onGone);
    });
    res.once('finish', () => timer?.cancel());
  }
}

function withEtag(headers: Answer['headers'], body: Buffer): Answer['headers'] {
  if (headers['etag'] !== undefined || body.length === 0) return headers;
  return { ...headers, etag: etagOf(body) };
}

/** Weak, since what compresses the answer on its way changes its bytes (RFC 9110 section 8.8.1). */
function etagOf(body: Buffer): string {
  return `W/"${body.length.toString(16)}-${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
}
