import type { TLSSocket } from 'node:tls';
import type { Request } from 'express';

/** `req.ip`, `req.protocol` and `req.hostname`, read straight from socket and header where no proxy is trusted. */
export interface RequestOrigin {
  readonly address: string | undefined;
  readonly scheme: string;
  readonly hostname: string | undefined;
}

export function clientAddress(req: Request): string | undefined {
  return trustsNoProxy(req) ? req.socket.remoteAddress : req.ip;
}

export function requestOrigin(req: Request): RequestOrigin {
  if (!trustsNoProxy(req)) return { address: req.ip, scheme: req.protocol, hostname: req.hostname };
  return {
    address: req.socket.remoteAddress,
    scheme: (req.socket as Partial<TLSSocket>).encrypted === true ? 'https' : 'http',
    hostname: withoutPort(req.headers.host),
  };
}

/** The path as the client asked for it, without the query, which may hold secrets. */
export function requestPath({ originalUrl }: Request): string {
  const query = originalUrl.indexOf('?');
  return query === -1 ? originalUrl : originalUrl.slice(0, query);
}

function trustsNoProxy({ app }: Request): boolean {
  return app.disabled('trust proxy');
}

/** `host:80` and `[::1]:80` without their ports. */
function withoutPort(host: string | undefined): string | undefined {
  if (host === undefined || host === '') return undefined;
  const port = host.indexOf(':', host[0] === '[' ? host.indexOf(']') + 1 : 0);
  return port === -1 ? host : host.slice(0, port);
}
