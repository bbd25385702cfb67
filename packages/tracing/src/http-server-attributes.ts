import { clampMethod } from './http-method.ts';
import type { HttpServerSpanInit } from './http-server.ts';
import { PreparedAttributes } from './prepared-attributes.ts';

/** What requests have in common, by method, host and protocol. */
interface Group {
  readonly method: string;
  readonly scheme: string | undefined;
  readonly serverAddress: string | undefined;
  readonly serverPort: number | undefined;
  readonly protocolVersion: string | undefined;
  readonly prepared: PreparedAttributes;
}

/** A service has a handful of methods and hosts; a client that sends ever new ones only makes this list turn over. */
const MAX_GROUPS = 16;
const groups: Group[] = [];

/** The attributes of a request that others share, prepared once for each combination. */
export function sharedAttributes(init: HttpServerSpanInit): PreparedAttributes {
  for (const group of groups) if (matches(group, init)) return group.prepared;
  const { method, scheme, serverAddress, serverPort, protocolVersion } = init;
  const prepared = new PreparedAttributes({
    'http.request.method': clampMethod(method),
    'url.scheme': scheme,
    'server.address': serverAddress,
    'server.port': serverPort,
    'network.protocol.version': protocolVersion,
  });
  if (groups.length >= MAX_GROUPS) groups.shift();
  groups.push({ method, scheme, serverAddress, serverPort, protocolVersion, prepared });
  return prepared;
}

function matches(group: Group, init: HttpServerSpanInit): boolean {
  return (
    group.method === init.method &&
    group.serverAddress === init.serverAddress &&
    group.serverPort === init.serverPort &&
    group.scheme === init.scheme &&
    group.protocolVersion === init.protocolVersion
  );
}
