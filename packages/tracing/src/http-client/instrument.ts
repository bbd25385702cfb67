import { subscribeSafely } from '@holdfast/context/channels';
import { ClientCall, isHandledElsewhere } from './client-call.ts';
import { carriesOwnSpan, hasActiveHttpSpan } from './foreign-span.ts';
import { describeNodeRequest, type NodeRequest, nodeTraceparent, setNodeHeaders } from './node-http.ts';
import { type OutgoingHttpOptions, type ResolvedHttpOptions, resolveHttpOptions } from './options.ts';
import { headersBesideTrace, outgoingHeaders } from './outgoing-headers.ts';
import { describeUndiciRequest, setUndiciHeaders, type UndiciRequest, undiciTraceparent } from './undici.ts';

/** A running subscription. */
export interface OutgoingHttp extends Disposable {
  /** Leaves requests alone from now on; those under way keep their spans. */
  close(): void;
}

/** How one client describes its requests, and takes headers. */
interface ClientKind<R extends object> {
  describe(request: R): { readonly method: string; readonly url: URL } | undefined;
  setHeaders(request: R, headers: Record<string, string>): void;
  /** The one that the request carries already. */
  traceparent(request: R): string | undefined;
}

/**
 * Traces what is sent with `fetch`, undici and `node:http`/`node:https`, in this whole process, by listening to the
 * diagnostics channels of Node: nothing is patched, and it does not matter when it is called. A request for which
 * somebody else has made a span gets none, and no trace; an instrumentation of undici must have been started before for
 * that.
 * @throws TracingOptionError for an option that cannot be used
 */
export function instrumentOutgoingHttp(options: OutgoingHttpOptions = {}): OutgoingHttp {
  const resolved = resolveHttpOptions(options);
  const endings = [...listenToUndici(resolved), ...listenToNode(resolved)];
  const close = () => {
    for (const end of endings.splice(0)) end();
  };
  return { close, [Symbol.dispose]: close };
}

function listenToUndici(options: ResolvedHttpOptions): (() => void)[] {
  const calls = new WeakMap<UndiciRequest, ClientCall>();
  const kind = {
    describe: describeUndiciRequest,
    setHeaders: setUndiciHeaders,
    traceparent: undiciTraceparent,
  };
  return [
    subscribeSafely<{ request: UndiciRequest }>('undici:request:create', ({ request }) => {
      begin(calls, kind, request, options);
    }),
    subscribeSafely<{ request: UndiciRequest; response: { statusCode: number } }>(
      'undici:request:headers',
      ({ request, response }) => calls.get(request)?.finish({ statusCode: response.statusCode }),
    ),
    subscribeSafely<{ request: UndiciRequest; error: unknown }>(
      'undici:request:error',
      ({ request, error }) => {
        calls.get(request)?.finish({ error });
      },
    ),
  ];
}

function listenToNode(options: ResolvedHttpOptions): (() => void)[] {
  const calls = new WeakMap<NodeRequest, ClientCall>();
  const kind = { describe: describeNodeRequest, setHeaders: setNodeHeaders, traceparent: nodeTraceparent };
  return [
    subscribeSafely<{ request: NodeRequest }>('http.client.request.created', ({ request }) => {
      begin(calls, kind, request, options);
    }),
    subscribeSafely<{ request: NodeRequest; response: { statusCode?: number } }>(
      'http.client.response.finish',
      ({ request, response }) => calls.get(request)?.finish({ statusCode: response.statusCode }),
    ),
    subscribeSafely<{ request: NodeRequest; error: unknown }>(
      'http.client.request.error',
      ({ request, error }) => {
        calls.get(request)?.finish({ error });
      },
    ),
  ];
}

function begin<R extends object>(
  calls: WeakMap<R, ClientCall>,
  kind: ClientKind<R>,
  request: R,
  options: ResolvedHttpOptions,
): void {
  if (isHandledElsewhere()) return;
  const described = kind.describe(request);
  if (described === undefined || options.ignores(described.url)) return;
  if (hasActiveHttpSpan() || carriesOwnSpan(kind.traceparent(request))) {
    kind.setHeaders(request, headersBesideTrace(described.url, options));
    return;
  }
  const call = new ClientCall(described.method, described.url, options);
  calls.set(request, call);
  kind.setHeaders(request, outgoingHeaders(call, options));
}
