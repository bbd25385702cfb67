import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createWebhookSender, type WebhookSender } from '@holdfast/events/webhooks';
import { startLineProcess } from '../harness/line-process.ts';
import type { Random } from '../harness/random.ts';
import {
  ALLOWED_HOST,
  type Arrival,
  ATTEMPT_LIMIT_MS,
  BAD_KINDS,
  type EndpointKind,
  REFUSED_HOST,
  sharedNow,
} from './kinds.ts';

export interface RoundSize {
  readonly endpoints: number;
  readonly seconds: number;
  /** Events a second to each endpoint, on average. */
  readonly ratePerEndpoint: number;
}

export interface RoundResult {
  /** Of the healthy endpoints, from `send` to the arrival. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly accepted: number;
  readonly arrivals: number;
  readonly badArrivals: number;
  readonly doubles: number;
  readonly violations: readonly string[];
}

/** Of ten endpoints one is bad. */
const BAD_EVERY = 10;
const TICK_MS = 20;
const WARM_UP_MS = 2_000;
const DRAIN_LIMIT_MS = 60_000;
/** Shorter than in production, so that bad endpoints cost more. */
const SCHEDULE_MS = [1_000, 2_000, 4_000, 8_000];

interface Endpoint {
  readonly id: string;
  readonly kind: EndpointKind;
}

/** One run under load, with the bad endpoints or without them; the healthy ones get the same events in both. */
export async function runRound(size: RoundSize, withBad: boolean, random: Random): Promise<RoundResult> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-proof-'));
  const arrivals: Arrival[] = [];
  let listening: (port: number) => void = () => {};
  const port = new Promise<number>((resolve) => {
    listening = resolve;
  });
  const receivers = startLineProcess(new URL('receivers.ts', import.meta.url), {}, (line) => {
    if (line.startsWith('{')) arrivals.push(JSON.parse(line) as Arrival);
    else listening(Number(line));
  });
  const sender = openSender(join(folder, 'webhooks.db'));
  try {
    const endpoints = await register(sender, size, withBad, await port);
    await sender.start();
    const sent = await sendLoad(sender, endpoints, size, random);
    await drained(sent.accepted, arrivals);
    return judge(sent, arrivals);
  } finally {
    await sender.close();
    await receivers.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

function openSender(file: string): WebhookSender {
  let asked = 0;
  return createWebhookSender({
    backend: { file },
    allowHttp: true,
    allowPrivate: [ALLOWED_HOST],
    allowedPorts: 'any',
    timeoutMs: ATTEMPT_LIMIT_MS,
    retryScheduleMs: SCHEDULE_MS,
    closeTimeoutMs: 1_000,
    resolve: async (host) => {
      asked += 1;
      return [host.startsWith('rebinding') && asked % 2 === 0 ? REFUSED_HOST : ALLOWED_HOST];
    },
  });
}

async function register(
  sender: WebhookSender,
  size: RoundSize,
  withBad: boolean,
  port: number,
): Promise<readonly Endpoint[]> {
  const endpoints: Endpoint[] = [];
  for (let index = 0; index < size.endpoints; index += 1) {
    const isBad = index % BAD_EVERY === 0;
    if (isBad && !withBad) continue;
    const kind = isBad ? (BAD_KINDS[(index / BAD_EVERY) % BAD_KINDS.length] ?? 'dead') : 'healthy';
    endpoints.push({ id: `ep_${index}`, kind });
  }
  await Promise.all(
    endpoints.map(({ id, kind }) => {
      // Nobody listens on the port of a refusing one.
      const at = kind === 'refusing' ? 1 : port;
      const host = `${kind}-${id.replace('_', '-')}.hooks.example`;
      return sender.endpoints.register({ id, url: `http://${host}:${at}/${kind}/${id}` });
    }),
  );
  return endpoints;
}

interface Sent {
  /** Endpoint and event id of what a healthy endpoint must get. */
  readonly accepted: ReadonlySet<string>;
  /** Of these the latency counts. */
  readonly measured: ReadonlySet<string>;
}

async function sendLoad(
  sender: WebhookSender,
  endpoints: readonly Endpoint[],
  { seconds, ratePerEndpoint }: RoundSize,
  random: Random,
): Promise<Sent> {
  const accepted = new Set<string>();
  const measured = new Set<string>();
  const pending = new Set<Promise<void>>();
  const startedAt = performance.now();
  const perMs = (ratePerEndpoint * endpoints.length) / 1_000;
  let sent = 0;
  for (;;) {
    const elapsedMs = performance.now() - startedAt;
    if (elapsedMs > seconds * 1_000 + WARM_UP_MS) break;
    for (; sent < elapsedMs * perMs; sent += 1) {
      const { id, kind } = endpoints[random.between(0, endpoints.length - 1)] ?? { id: '', kind: 'dead' };
      const eventId = `evt_${sent}`;
      const key = `${id} ${eventId}`;
      const sending = sender
        .send({ endpointId: id }, { id: eventId, type: 'load.sent', data: { sentAt: sharedNow() } })
        .then(
          () => {
            if (kind !== 'healthy') return;
            accepted.add(key);
            if (elapsedMs > WARM_UP_MS) measured.add(key);
          },
          // An endpoint that answered 410 takes no more.
          (error: unknown) => {
            if (kind !== 'gone') throw error;
          },
        );
      pending.add(sending);
      void sending.finally(() => pending.delete(sending)).catch(() => {});
    }
    await sleep(TICK_MS);
  }
  await Promise.all(pending);
  return { accepted, measured };
}

async function drained(accepted: ReadonlySet<string>, arrivals: readonly Arrival[]): Promise<void> {
  const until = performance.now() + DRAIN_LIMIT_MS;
  while (performance.now() < until) {
    const healthy = new Set<string>();
    for (const { kind, endpoint, eventId } of arrivals)
      if (kind === 'healthy') healthy.add(`${endpoint} ${eventId}`);
    if (healthy.size >= accepted.size) return;
    await sleep(200);
  }
}

function judge({ accepted, measured }: Sent, arrivals: readonly Arrival[]): RoundResult {
  const violations: string[] = [];
  const first = new Map<string, number>();
  let doubles = 0;
  let badArrivals = 0;
  for (const { kind, endpoint, eventId, latencyMs } of arrivals) {
    const key = `${endpoint} ${eventId}`;
    if (kind === 'refused') violations.push(`a request for ${key} reached an address that is refused`);
    else if (kind !== 'healthy') badArrivals += 1;
    else if (first.has(key)) doubles += 1;
    else first.set(key, latencyMs);
  }
  for (const key of accepted) if (!first.has(key)) violations.push(`${key} was accepted and never delivered`);
  const latencies = [...first].filter(([key]) => measured.has(key)).map(([, latencyMs]) => latencyMs);
  latencies.sort((one, other) => one - other);
  const quantile = (ratio: number) => latencies[Math.floor(ratio * (latencies.length - 1))] ?? 0;
  return {
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    accepted: accepted.size,
    arrivals: first.size,
    badArrivals,
    doubles,
    violations,
  };
}
