/**
 * A small reverse proxy as it stands before every fleet: keep-alive connections, round robin over the backends whose
 * readiness probe answers 200, and no second try: whatever goes wrong between it and a backend is the client's to see.
 */
import { once } from 'node:events';
import {
  Agent,
  createServer,
  get,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { POLL_MS } from './settings.ts';

export interface Backend {
  readonly isReady: boolean;
  /** Requests that were passed on and are not answered to their end. */
  readonly inFlight: number;
  /** Resolves as soon as a request is under way to it. */
  busy(): Promise<void>;
  /** Takes it out of the list, when its process is gone. */
  remove(): void;
}

export interface Balancer {
  readonly port: number;
  add(port: number): Backend;
  close(): Promise<void>;
}

interface Entry {
  readonly port: number;
  isReady: boolean;
  inFlight: number;
  /** Who waits for a request to it. */
  readonly waiting: (() => void)[];
}

/** One that is slow on a busy machine is ready all the same. */
const PROBE_TIMEOUT_MS = 15_000;
/** Those of one connection, not of the message. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-connection', 'upgrade']);

export async function startBalancer(): Promise<Balancer> {
  const entries = new Set<Entry>();
  const agent = new Agent({ keepAlive: true });
  const ending = new AbortController();
  let turn = 0;

  const next = (): Entry | undefined => {
    const ready = [...entries].filter((entry) => entry.isReady);
    turn += 1;
    return ready[turn % ready.length];
  };
  const server = createServer((incoming, outgoing) => {
    const backend = next();
    if (backend === undefined) refuse(outgoing, 503, 'no backend is ready');
    else passOn(incoming, outgoing, backend, agent);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    add(port) {
      const entry: Entry = { port, isReady: false, inFlight: 0, waiting: [] };
      entries.add(entry);
      void watch(entry, entries, ending.signal);
      return {
        get isReady() {
          return entry.isReady;
        },
        get inFlight() {
          return entry.inFlight;
        },
        busy: () =>
          entry.inFlight > 0 ? Promise.resolve() : new Promise((resolve) => entry.waiting.push(resolve)),
        remove: () => void entries.delete(entry),
      };
    },
    async close() {
      ending.abort();
      entries.clear();
      agent.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function passOn(incoming: IncomingMessage, outgoing: ServerResponse, backend: Entry, agent: Agent): void {
  const { method, url: path } = incoming;
  backend.inFlight += 1;
  for (const tell of backend.waiting.splice(0)) tell();
  outgoing.once('close', () => {
    backend.inFlight -= 1;
  });
  const forward = request(
    { host: '127.0.0.1', port: backend.port, method, path, agent, headers: endToEnd(incoming.headers) },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
      answer.pipe(outgoing);
      answer.once('error', () => outgoing.destroy());
    },
  );
  forward.on('error', (error) => {
    if (outgoing.headersSent) outgoing.destroy();
    else
      refuse(
        outgoing,
        502,
        `the backend ${backend.isReady ? 'that is ready' : 'that was ready'}: ${error.message}`,
      );
  });
  incoming.pipe(forward);
}

function refuse(outgoing: ServerResponse, statusCode: number, reason: string): void {
  outgoing.writeHead(statusCode, { 'content-type': 'text/plain' }).end(reason);
}

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)));
}

async function watch(entry: Entry, entries: ReadonlySet<Entry>, ending: AbortSignal): Promise<void> {
  while (entries.has(entry) && !ending.aborted) {
    entry.isReady = await probe(entry.port);
    await sleep(POLL_MS);
  }
  entry.isReady = false;
}

function probe(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const options = {
      host: '127.0.0.1',
      port,
      path: '/health/ready',
      agent: false,
      timeout: PROBE_TIMEOUT_MS,
    };
    const asked = get(options, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
  });
}
