import type { IncomingMessage } from 'node:http';
import { CacheOptionError } from '../errors.ts';
import {
  type CacheOptions,
  type CacheSettings,
  LONGEST_MS,
  readNumber,
  resolveCacheOptions,
} from '../options.ts';

export interface HttpCacheOptions extends Omit<CacheOptions, 'loadTimeoutMs' | 'maxEntryBytes' | 'share'> {
  /** Of GET and HEAD. Default both. */
  methods?: readonly string[];
  /**
   * Which answers are kept. 304 may be named and is never kept: a client that has the answer gets it from the kept one.
   * @default [200]
   */
  statusCodes?: readonly number[];
  /**
   * Largest body that is kept, in bytes. A larger one goes through.
   * @default 1048576
   */
  maxBodyBytes?: number;
  /**
   * How long a client may use its copy without asking, in ms, where the answer does not say. With 0 it asks each time
   * and gets a 304.
   * @default 0
   */
  clientTtlMs?: number;
  /**
   * Whether `Cache-Control` of the request is obeyed: `no-store`, `no-cache`, `max-age`, `only-if-cached`.
   * @default true
   */
  obeyRequest?: boolean;
  /**
   * Whether a request with cookies is treated like one without: for sites whose cookies change no answer.
   * @default false
   */
  ignoreCookies?: boolean;
  /**
   * How long a request waits for another that is answered for both, in ms, before it is answered by itself.
   * @default 10000
   */
  collapseTimeoutMs?: number;
}

export const HTTP_CACHE_DEFAULTS: Readonly<{
  name: string;
  methods: readonly string[];
  statusCodes: readonly number[];
  maxBodyBytes: number;
  clientTtlMs: number;
  obeyRequest: boolean;
  ignoreCookies: boolean;
  collapseTimeoutMs: number;
}> = Object.freeze({
  name: 'http',
  methods: Object.freeze(['GET', 'HEAD']),
  statusCodes: Object.freeze([200]),
  maxBodyBytes: 1_048_576,
  clientTtlMs: 0,
  obeyRequest: true,
  ignoreCookies: false,
  collapseTimeoutMs: 10_000,
});

export interface HttpCacheSettings {
  readonly cache: CacheSettings;
  readonly methods: ReadonlySet<string>;
  readonly statusCodes: ReadonlySet<number>;
  readonly maxBodyBytes: number;
  readonly clientTtlMs: number;
  readonly obeyRequest: boolean;
  readonly ignoreCookies: boolean;
  readonly collapseTimeoutMs: number;
}

/** Headers beside the body, keys of the record. */
const HEAD_BYTES = 65_536;
/** A body of a gigabyte is past what belongs in memory. */
const LARGEST_BODY = 2 ** 30;

/** @throws CacheOptionError */
export function resolveHttpCacheOptions(options: HttpCacheOptions): HttpCacheSettings {
  const d = HTTP_CACHE_DEFAULTS;
  const owner = 'responseCache';
  const number = (key: 'maxBodyBytes' | 'clientTtlMs' | 'collapseTimeoutMs', from: number, to: number) =>
    readNumber(owner, key, options[key] ?? d[key], from, to);
  const maxBodyBytes = number('maxBodyBytes', 0, LARGEST_BODY);
  const name = options.name ?? (options.store === undefined ? d.name : undefined);
  const named = name === undefined ? options : { ...options, name };
  const cache = resolveCacheOptions({ ...named, maxEntryBytes: maxBodyBytes + HEAD_BYTES }, owner);
  return {
    cache,
    methods: methodsOf(options.methods ?? d.methods),
    statusCodes: statusCodesOf(options.statusCodes ?? d.statusCodes),
    maxBodyBytes,
    clientTtlMs: number('clientTtlMs', 0, LONGEST_MS),
    obeyRequest: options.obeyRequest ?? d.obeyRequest,
    ignoreCookies: options.ignoreCookies ?? d.ignoreCookies,
    collapseTimeoutMs: number('collapseTimeoutMs', 1, LONGEST_MS),
  };
}

function methodsOf(methods: readonly string[]): ReadonlySet<string> {
  for (const method of methods) {
    if (method === 'GET' || method === 'HEAD') continue;
    throw new CacheOptionError(
      'methods',
      `responseCache: methods names ${String(method)}; only GET and HEAD are answered from a cache, since others change something.`,
    );
  }
  return new Set(methods);
}

function statusCodesOf(codes: readonly number[]): ReadonlySet<number> {
  for (const code of codes) {
    const isUsable = Number.isInteger(code) && code >= 200 && code < 500 && code !== 206;
    if (isUsable) continue;
    throw new CacheOptionError(
      'statusCodes',
      `responseCache: statusCodes names ${String(code)}; it must be from 200 to 499, and a 206 is a part only.`,
    );
  }
  return new Set(codes.filter((code) => code !== 304));
}

/** What the framework knows of a request. */
export interface HttpCacheRequest {
  readonly req: IncomingMessage;
  /** Path and query as they came, mount path included. */
  readonly url: string;
  readonly tenant: string | undefined;
  /** Who asks, where the answer depends on it. Without one, requests with credentials are not for the cache. */
  readonly principal: string | undefined;
  /** Whether the application wants this request left alone. */
  readonly skip: boolean;
}
