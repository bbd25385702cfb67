import type { ClientRequest } from 'node:http';
import { urlOf } from './request-url.ts';

/** A request of `node:http`, by the part that is read. */
export type NodeRequest = Pick<
  ClientRequest,
  'method' | 'path' | 'host' | 'protocol' | 'headersSent' | 'getHeader' | 'setHeader'
>;

export function describeNodeRequest(request: NodeRequest): { method: string; url: URL } | undefined {
  const host = request.getHeader('host') ?? request.host;
  const url = urlOf(`${request.protocol}//${String(host)}`, request.path);
  return url === null ? undefined : { method: request.method, url };
}

/** Headers that were given as a raw list are on their way already and cannot be added to. */
export function setNodeHeaders(request: NodeRequest, headers: Record<string, string>): void {
  if (request.headersSent) return;
  for (const [name, value] of Object.entries(headers)) request.setHeader(name, value);
}

export function nodeTraceparent(request: NodeRequest): string | undefined {
  const value = request.getHeader('traceparent');
  return typeof value === 'string' ? value : undefined;
}
