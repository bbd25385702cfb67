import { currentSignal } from '@holdfast/context';
import { ClientCall, runHandledFetch } from './client-call.ts';
import { type OutgoingHttpOptions, resolveHttpOptions } from './options.ts';
import { outgoingHeaders } from './outgoing-headers.ts';

type FetchInput = Parameters<typeof fetch>[0];
type FetchInit = Parameters<typeof fetch>[1];

/**
 * `fetch` with a client span around it and the trace in its headers; the span ends when the headers of the answer
 * are there. Aborted when the deadline of the current context passes, and not even begun after it. Works with or without
 * `instrumentOutgoingHttp()`.
 */
export async function tracedFetch(
  input: FetchInput,
  init?: FetchInit,
  options?: OutgoingHttpOptions,
): Promise<Response> {
  const resolved = resolveHttpOptions(options);
  const url = new URL(input instanceof Request ? input.url : input);
  if (resolved.ignores(url)) return fetch(input, { ...init, ...endOf(input, init) });
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
  const call = new ClientCall(method, url, resolved);
  const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
  for (const [name, value] of Object.entries(outgoingHeaders(call, resolved))) headers.set(name, value);
  try {
    const response = await runHandledFetch(() => fetch(input, { ...init, headers, ...endOf(input, init) }));
    call.finish({ statusCode: response.status });
    return response;
  } catch (error) {
    call.finish({ error: error ?? new Error('unknown') });
    throw error;
  }
}

/** The caller's signal and that of the deadline in one. */
function endOf(input: FetchInput, init: FetchInit): { signal?: AbortSignal } {
  const limit = currentSignal();
  if (limit === undefined) return {};
  const own = init?.signal ?? (input instanceof Request ? input.signal : undefined);
  return { signal: own === undefined ? limit : AbortSignal.any([own, limit]) };
}
