import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { parseChargeRequest, parseObject } from './charge-request.ts';
import { decide } from './charging.ts';
import type { Ledger } from './ledger.ts';
import { createOutage, isOutageMode, type Outage } from './outage.ts';

export interface ProviderOptions {
  ledger: Ledger;
  /** What callers send as `Authorization: Bearer …`. */
  apiKey: string;
  /** How long the answer to a charge takes while all is well. */
  latencyMs: number;
}

interface Provider extends ProviderOptions {
  outage: Outage;
  acceptedCards: Set<string>;
}

const SLOW_MS = 400;

const CHARGE_PATHS: Readonly<Record<string, string>> = {
  '/v1/charges': 'charge',
  '/v1/subscriptions': 'subscription',
  '/v1/usage': 'usage',
};

/** A stand-in for a payment provider, with `/control/…` to make it fail for a while. */
export function createProvider(options: ProviderOptions): Server {
  const provider: Provider = { ...options, outage: createOutage(), acceptedCards: new Set() };
  const server = createServer((request, response) => {
    const handle = (request.url ?? '').startsWith('/control/') ? control : charge;
    handle(provider, request, response).catch(() => request.socket.destroy());
  });
  // Callers keep connections; a short limit here would race with their next request.
  server.keepAliveTimeout = 60_000;
  return server;
}

async function charge(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { ledger, outage, apiKey, latencyMs, acceptedCards } = provider;
  const body = await text(request);
  const kind = CHARGE_PATHS[request.url ?? ''];
  if (kind === undefined || request.method !== 'POST')
    return answer(response, 404, { error: 'unknown_path' });
  const asked = parseChargeRequest(kind, body);
  const authorized = request.headers.authorization === `Bearer ${apiKey}`;
  const idempotencyKey = single(request.headers['idempotency-key']);
  const fault = outage.nextFault();
  const verdict = decide({ authorized, idempotencyKey, charge: asked, fault }, ledger, acceptedCards);
  ledger.recordRequest({
    idempotencyKey,
    reference: asked?.reference,
    outcome: verdict.outcome,
    status: verdict.status,
    traceparent: single(request.headers['traceparent']),
  });
  if (verdict.outcome === 'lost') request.socket.resetAndDestroy();
  if (verdict.status === undefined) return;
  // After the charge, not before: a caller that dies in this time has paid without knowing it.
  if (verdict.outcome === 'made') await delay(fault === 'slow' ? SLOW_MS : latencyMs);
  answer(response, verdict.status, verdict.body);
}

async function control(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { outage, acceptedCards } = provider;
  const fields = parseObject(await text(request)) ?? {};
  const { mode, forMs, customer } = fields;
  if (request.url === '/control/outage' && isOutageMode(mode) && typeof forMs === 'number') {
    outage.begin(mode, forMs);
  } else if (request.url === '/control/recovery') {
    outage.end();
  } else if (request.url === '/control/accept-card' && typeof customer === 'string') {
    acceptedCards.add(customer);
  } else {
    return answer(response, 400, { error: 'unknown_command' });
  }
  answer(response, 204);
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}

function answer(response: ServerResponse, status: number, body?: object): void {
  if (response.destroyed) return;
  response.writeHead(status, body === undefined ? {} : { 'content-type': 'application/json' });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
