import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { CollapsedRequestError } from '../errors.ts';
import { type Found, KeyedCache } from '../keyed-cache.ts';
import { register } from '../live-caches.ts';
import type { CacheStats } from '../statistics.ts';
import { type Directives, directiveMs, parseCacheControl } from './cache-control.ts';
import { HEADERS_OF_304, isNotModified } from './conditional.ts';
import { NoSharedAnswer, OnlyIfCachedError } from './errors.ts';
import { Exchange, type Place } from './exchange.ts';
import {
  type HttpCacheOptions,
  type HttpCacheRequest,
  type HttpCacheSettings,
  resolveHttpCacheOptions,
} from './options.ts';
import { PassMarks } from './pass-marks.ts';
import { requestKey, tenantMark, variantKey } from './request-key.ts';
import { sendStored } from './response-tee.ts';
import { type HttpEntry, httpCodec, type StoredResponse } from './stored-response.ts';

/** A cache of whole answers in front of a server's handlers (RFC 9111, as a shared cache). */
export interface HttpCache extends AsyncDisposable {
  readonly name: string;
  /** Answers, or calls `next`: with nothing to have the request handled, with an error to have that told. */
  handle(request: HttpCacheRequest, res: ServerResponse, next: (error?: Error) => void): void;
  /** Removes the answer to exactly this request and its variants. @throws CacheStoreError */
  delete(key: string): Promise<void>;
  /** Removes the answers to all requests whose key contains `text`. @throws CacheStoreError */
  deleteMatching(text: string): Promise<void>;
  /** Removes every answer that was kept for this tenant, and no other's. @throws CacheStoreError */
  deleteTenant(tenantId: string): Promise<void>;
  /** @throws CacheStoreError */
  clear(): Promise<void>;
  /** What has happened since the cache was made, and how much it holds. */
  getStats(): CacheStats;
  /** Empties it and closes the store. */
  close(): Promise<void>;
}

/** @throws CacheOptionError */
export function createHttpCache(options: HttpCacheOptions = {}): HttpCache {
  const settings = resolveHttpCacheOptions(options);
  const keyed = new KeyedCache<HttpEntry>(settings.cache, httpCodec);
  const handler = new Handler(settings, keyed);
  const cache: HttpCache = {
    name: settings.cache.name,
    handle: (request, res, next) => handler.handle(request, res, next),
    delete: (key) => keyed.delete(key),
    deleteMatching: (text) => keyed.deleteMatching(text),
    deleteTenant: (tenantId) => keyed.deleteMatching(tenantMark(tenantId)),
    clear: () => keyed.clear(),
    getStats: () => keyed.stats(),
    close: () => {
      unregister();
      return keyed.close();
    },
    [Symbol.asyncDispose]: () => cache.close(),
  };
  const unregister = register(cache);
  return cache;
}

type Next = (error?: Error) => void;

/** One request on its way through. */
interface Visit {
  readonly request: HttpCacheRequest;
  readonly res: ServerResponse;
  readonly next: Next;
  /** Whether the client wants an answer made anew. */
  readonly force: boolean;
}

class Handler {
  readonly #settings: HttpCacheSettings;
  readonly #cache: KeyedCache<HttpEntry>;
  readonly #passMarks: PassMarks;

  constructor(settings: HttpCacheSettings, cache: KeyedCache<HttpEntry>) {
    this.#settings = settings;
    this.#cache = cache;
    this.#passMarks = new PassMarks(settings.cache.clock);
  }

  handle(request: HttpCacheRequest, res: ServerResponse, next: Next): void {
    const { method = '', headers } = request.req;
    if (!this.#settings.methods.has(method)) {
      next();
      return;
    }
    const directives = this.#directivesOf(headers);
    const key = this.#isForCache(request, directives) ? this.#keyOf(request, method) : undefined;
    if (key === undefined) {
      this.#cache.statistics.count('bypass');
      res.setHeader('X-Cache', 'BYPASS');
      next();
      return;
    }
    const found = this.#peek(key, headers) ?? this.#peekGetForHead(request, method);
    if (found !== undefined && isYoungEnough(found, directives)) {
      this.#cache.statistics.count('hit');
      this.#send(found, request.req.headers, res);
    } else if (directives.has('only-if-cached')) {
      this.#cache.statistics.count('miss');
      next(new OnlyIfCachedError());
    } else {
      const force = found !== undefined || directives.has('no-cache');
      void this.#answer({ request, res, next, force }, { primary: key, key, record: undefined });
    }
  }

  #directivesOf(headers: IncomingHttpHeaders): Directives {
    if (!this.#settings.obeyRequest) return parseCacheControl(undefined);
    const { 'cache-control': header, pragma } = headers;
    // RFC 9111 section 5.4: for clients that know no Cache-Control.
    return parseCacheControl(header ?? (pragma?.includes('no-cache') === true ? 'no-cache' : undefined));
  }

  #isForCache({ req, skip, principal }: HttpCacheRequest, directives: Directives): boolean {
    const { headers } = req;
    if (skip || headers.range !== undefined || headers.upgrade !== undefined) return false;
    if (directives.has('no-store')) return false;
    // A body could change the answer, and is in no key.
    if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)
      return false;
    if (principal !== undefined) return true;
    return (
      headers.authorization === undefined && (headers.cookie === undefined || this.#settings.ignoreCookies)
    );
  }

  #keyOf({ req, url, tenant, principal }: HttpCacheRequest, method: string): string | undefined {
    return requestKey({ method, host: req.headers.host ?? '', url, tenant, principal });
  }

  #peek(key: string, headers: IncomingHttpHeaders): Found<StoredResponse> | undefined {
    const found = this.#cache.peek(key);
    if (found?.value.kind !== 'vary') return found as Found<StoredResponse> | undefined;
    return this.#cache.peek(variantKey(key, found.value, headers)) as Found<StoredResponse> | undefined;
  }

  /** The answer to a GET is that to a HEAD too, without its body. */
  #peekGetForHead(request: HttpCacheRequest, method: string): Found<StoredResponse> | undefined {
    if (method !== 'HEAD') return undefined;
    const key = this.#keyOf(request, 'GET');
    return key === undefined ? undefined : this.#peek(key, request.req.headers);
  }

  async #answer(visit: Visit, place: Place): Promise<void> {
    try {
      await this.#resolve(visit, place);
    } catch (error) {
      visit.next(error as Error);
    }
  }

  async #resolve(visit: Visit, place: Place): Promise<void> {
    if (this.#passMarks.has(place.key)) {
      await this.#runAlone(visit, place);
      return;
    }
    const exchange = new Exchange(visit.request, visit.res, place, this.#settings, this.#cache);
    let isLeader = false;
    const resolving = this.#cache.resolve(
      place.key,
      async (control) => {
        isLeader = true;
        const { entry, lifetime, isKept } = await exchange.run(visit.next);
        if (isKept) control.keepFor(lifetime);
        else control.doNotKeep();
        return entry;
      },
      { refresh: 'caller', detached: false, force: visit.force },
    );
    try {
      const found = await this.#waitFor(resolving, () => isLeader);
      if (isLeader) this.#finishLeader(visit, exchange, found);
      else await this.#answerWith(visit, place, found);
    } catch (error) {
      if (isLeader) this.#failLeader(place, exchange, error);
      else await this.#goOnWithout(visit, place, error);
    }
  }

  /** The leader's answer has left for its client, unless it says that something failed and was held back. */
  #finishLeader({ request, res }: Visit, exchange: Exchange, found: Found<HttpEntry>): void {
    this.#cache.statistics.count(found.outcome);
    const { value } = found;
    if (found.outcome === 'stale' && value.kind === 'response') {
      exchange.release(() => this.#send({ ...found, value }, request.req.headers, res));
    } else exchange.release();
  }

  #failLeader({ key }: Place, exchange: Exchange, error: unknown): void {
    const isShareless = error instanceof NoSharedAnswer && error.reason === 'not-storable';
    if (isShareless) this.#passMarks.add(key);
    this.#cache.statistics.count(isShareless ? 'miss' : 'error');
    exchange.release();
  }

  async #answerWith(visit: Visit, { primary }: Place, found: Found<HttpEntry>): Promise<void> {
    const { request, res } = visit;
    const { value } = found;
    if (value.kind === 'vary') {
      const key = variantKey(primary, value, request.req.headers);
      await this.#resolve({ ...visit, force: false }, { primary, key, record: value });
      return;
    }
    this.#cache.statistics.count(found.outcome);
    if (!res.destroyed) this.#send({ ...found, value }, request.req.headers, res);
  }

  /** Another request was to bring the answer, and did not. */
  async #goOnWithout(visit: Visit, place: Place, error: unknown): Promise<void> {
    if (visit.res.destroyed) return;
    if (!(error instanceof NoSharedAnswer)) throw error;
    if (error.reason === 'gone') await this.#resolve(visit, place);
    else if (error.reason === 'failed') {
      this.#cache.statistics.count('error');
      visit.next(new CollapsedRequestError());
    } else await this.#runAlone(visit, place);
  }

  /** Runs the handler beside others for the same key; what can be kept after all is kept. */
  async #runAlone({ request, res, next }: Visit, place: Place): Promise<void> {
    const exchange = new Exchange(request, res, place, this.#settings, this.#cache);
    try {
      const { entry, lifetime, isKept } = await exchange.run(next);
      this.#cache.statistics.count('miss');
      this.#passMarks.delete(place.key);
      if (isKept) await this.#cache.set(place.key, entry, lifetime).catch(() => undefined);
    } catch (error) {
      if (!(error instanceof NoSharedAnswer)) throw error;
      this.#cache.statistics.count(error.reason === 'failed' ? 'error' : 'miss');
      exchange.release();
    }
  }

  /** @throws NoSharedAnswer when it takes too long; whoever runs the handler waits for itself as long as it takes */
  #waitFor<T>(resolving: Promise<T>, isLeader: () => boolean): Promise<T> {
    const { clock } = this.#settings.cache;
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        if (!isLeader()) reject(new NoSharedAnswer('too-slow'));
      };
      const timer = clock.setTimer(giveUp, this.#settings.collapseTimeoutMs);
      resolving.then(resolve, reject).finally(() => timer.cancel());
    });
  }

  #send(
    { value, outcome, ageMs }: Found<StoredResponse>,
    headers: IncomingHttpHeaders,
    res: ServerResponse,
  ): void {
    res.setHeader('X-Cache', outcome === 'stale' ? 'STALE' : 'HIT');
    res.setHeader('Age', String(Math.floor(ageMs / 1000)));
    if (!isNotModified(headers, value)) {
      sendStored(res, value);
      return;
    }
    res.statusCode = 304;
    for (const [name, header] of Object.entries(value.headers)) {
      if (HEADERS_OF_304.has(name)) res.setHeader(name, header);
    }
    res.end();
  }
}

/** RFC 9111 section 5.2.1: what the client asks of the age. */
function isYoungEnough({ ageMs, freshMs }: Found<unknown>, directives: Directives): boolean {
  if (directives.size === 0) return true;
  if (directives.has('no-cache')) return false;
  const oldest = directiveMs(directives, 'max-age');
  const leastFresh = directiveMs(directives, 'min-fresh');
  return (oldest === undefined || ageMs <= oldest) && (leastFresh === undefined || freshMs >= leastFresh);
}
