import { isPatched } from '../patched.ts';
import { ClientCall, isHandledElsewhere, runHandled, runHandledFetch } from './client-call.ts';
import { carriesOwnSpan, hasActiveHttpSpan } from './foreign-span.ts';
import { type OutgoingHttpOptions, type ResolvedHttpOptions, resolveHttpOptions } from './options.ts';
import { headersBesideTrace, outgoingHeaders } from './outgoing-headers.ts';

/** What is read of a request's settings and its answer. */
interface AxiosRequest {
  url?: string | undefined;
  baseURL?: string | undefined;
  method?: string | undefined;
  params?: unknown;
  adapter?: unknown;
  readonly headers: {
    set(name: string, value: string): unknown;
    get(name: string): unknown;
    delete(name: string): unknown;
  };
}

type AxiosAdapter = (config: AxiosRequest) => Promise<{ readonly status: number }>;
type AdapterFinder = (adapters: unknown, config: unknown) => AxiosAdapter;

/** An instance of axios, or axios itself, by the part that is used. */
export interface AxiosLike {
  readonly interceptors: {
    readonly request: {
      use(...args: never[]): number;
      eject(id: number): void;
    };
  };
  getUri(...args: never[]): string;
}

/** What `instrumentAxios()` has added. */
export interface InstrumentedAxios extends Disposable {
  /** Leaves the requests of the instance alone from now on. */
  close(): void;
}

/** What an adapter of ours stands for, and the trace that it has sent. */
interface Sending {
  readonly original: unknown;
  traceparent?: string | undefined;
}

const sendings = new WeakMap<AxiosAdapter, Sending>();

/**
 * Traces the requests of one axios instance: a client span per request that is sent, each repetition by itself, with
 * the trace in its headers. Beside `instrumentOutgoingHttp()` there is still one span per request.
 * @throws TracingOptionError for an option that cannot be used
 * @example instrumentAxios(axios.create({ baseURL: 'https://api.internal' }), { trustedHosts: ['api.internal'] });
 */
export function instrumentAxios(instance: AxiosLike, options: OutgoingHttpOptions = {}): InstrumentedAxios {
  const resolved = resolveHttpOptions(options);
  const prepare = (config: AxiosRequest) => {
    const before =
      typeof config.adapter === 'function' ? sendings.get(config.adapter as AxiosAdapter) : undefined;
    // A request that is repeated brings its settings along: the adapter and the header of the first time.
    if (before?.traceparent !== undefined && config.headers.get('traceparent') === before.traceparent) {
      config.headers.delete('traceparent');
    }
    config.adapter = tracedAdapter(instance, before?.original ?? config.adapter, resolved);
    return config;
  };
  const id = instance.interceptors.request.use(prepare as never);
  const close = () => instance.interceptors.request.eject(id);
  return { close, [Symbol.dispose]: close };
}

function tracedAdapter(instance: AxiosLike, original: unknown, options: ResolvedHttpOptions): AxiosAdapter {
  const sending: Sending = { original };
  const traced: AxiosAdapter = async (config) => {
    const { adapter, sendsBy } = await chooseAdapter(original, config);
    const url = URL.parse(instance.getUri(config as never));
    const own = config.headers.get('traceparent');
    if (url === null || options.ignores(url) || isHandledElsewhere() || hasActiveHttpSpan())
      return adapter(config);
    if (sendsBy === 'http' && isHttpPatched(url)) {
      setHeaders(config, headersBesideTrace(url, options));
      return adapter(config);
    }
    if (carriesOwnSpan(typeof own === 'string' ? own : undefined)) return runHandled(() => adapter(config));
    const call = new ClientCall(config.method ?? 'GET', url, options);
    const headers = outgoingHeaders(call, options);
    setHeaders(config, headers);
    sending.traceparent = headers['traceparent'];
    const run = sendsBy === 'fetch' ? runHandledFetch : runHandled;
    return settle(
      call,
      run(() => adapter(config)),
    );
  };
  sendings.set(traced, sending);
  return traced;
}

function setHeaders(config: AxiosRequest, headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers)) config.headers.set(name, value);
}

/** An answer that axios takes for an error has a status all the same. */
async function settle<T extends { readonly status: number }>(call: ClientCall, sent: Promise<T>): Promise<T> {
  try {
    const response = await sent;
    call.finish({ statusCode: response.status });
    return response;
  } catch (error) {
    const statusCode = (error as { response?: { status?: number } } | undefined)?.response?.status;
    call.finish(
      statusCode === undefined ? { error: causeOf(error) ?? new Error('unknown') } : { statusCode },
    );
    throw error;
  }
}

/** Axios calls whatever went wrong below it a network error: the cause says more. */
function causeOf(error: unknown): unknown {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return code === 'ERR_NETWORK' && cause instanceof Error ? cause : error;
}

/** What an adapter of axios sends by; undefined for one of the application, which may do anything. */
type SendsBy = 'http' | 'fetch' | undefined;

interface ChosenAdapter {
  readonly adapter: AxiosAdapter;
  readonly sendsBy?: SendsBy;
}

const knownAdapters = new WeakMap<AxiosAdapter, { readonly sendsBy: SendsBy }>();

/** Adapters are given by name; only axios itself knows them, and gives the same ones again. */
async function chooseAdapter(original: unknown, config: AxiosRequest): Promise<ChosenAdapter> {
  if (typeof original === 'function') return { adapter: original as AxiosAdapter };
  const { default: axios } = await import('axios');
  const find = axios.getAdapter as unknown as AdapterFinder;
  const adapter = find(original, config);
  let known = knownAdapters.get(adapter);
  if (known === undefined) {
    known = { sendsBy: (['http', 'fetch'] as const).find((name) => adapter === find(name, config)) };
    knownAdapters.set(adapter, known);
  }
  return { adapter, sendsBy: known.sendsBy };
}

/** Whether an HTTP instrumentation makes the span of every request there, this one included. */
function isHttpPatched({ protocol }: URL): boolean {
  const name = protocol === 'https:' ? 'node:https' : 'node:http';
  return isPatched(process.getBuiltinModule(name).request);
}
