import { join } from 'node:path';
import { type Clock, systemClock } from '@holdfast/context/clock';
import type { QueueOptions } from '@holdfast/queue';
import { WebhookOptionError } from './errors.ts';
import { createAddressGuard } from './http/address-guard.ts';
import type { UrlPolicy } from './http/endpoint-url.ts';
import { createDnsResolver, type ResolveHost } from './http/resolver.ts';
import { checkedSchedule, type RetrySchedule, STANDARD_SCHEDULE_MS } from './schedule.ts';
import { createSecretSeal, type SecretSeal } from './secret-seal.ts';

type QueuePart = Pick<
  QueueOptions,
  | 'backend'
  | 'connection'
  | 'enqueueTimeoutMs'
  | 'lockDurationMs'
  | 'stalledIntervalMs'
  | 'closeTimeoutMs'
  | 'onError'
>;

export interface WebhookSenderOptions extends QueuePart {
  /** Name of the queue of deliveries. Default `webhook-deliveries`. */
  queueName?: string;
  /**
   * Where endpoints and the delivery log are kept: SQLite or PostgreSQL. Default where the queue is, and with a Redis
   * `connection` `webhooks.db` in `HOLDFAST_DATA_DIR` or `./.holdfast`.
   */
  store?: NonNullable<QueueOptions['backend']>;
  /** Attempts that this process makes at once. Default 256. */
  concurrency?: number;
  /** Attempts at once to one endpoint, where it has no number of its own. Default 4. */
  endpointConcurrency?: number;
  /** The waits after each failed attempt. Default `STANDARD_SCHEDULE_MS`, nine retries. */
  retryScheduleMs?: readonly number[];
  /** By up to which share each wait is lengthened, at random. Default 0.2. */
  retryJitterRatio?: number;
  /** The longest `Retry-After` that is obeyed. Default 86400000, a day. */
  maxRetryAfterMs?: number;
  /** How long an attempt may take. Default 15000. */
  timeoutMs?: number;
  /** What is read of an answer. Default 65536. */
  maxResponseBytes?: number;
  /** What of it is kept in the delivery log. Default 1024. */
  excerptBytes?: number;
  /** The largest body of a webhook. Default 262144. */
  maxPayloadBytes?: number;
  /** An endpoint is disabled when every attempt has failed for so long. Default 432000000, five days. */
  disableAfterMs?: number;
  /** How often an endpoint that was disabled so is tried again. Default 3600000, an hour. */
  probeIntervalMs?: number;
  /** How long an old secret signs beside the one that replaced it. Default 86400000, a day. */
  secretOverlapMs?: number;
  /** How long settled deliveries are kept. Default 2592000000, thirty days. */
  retentionMs?: number;
  /** How often probes, held deliveries and the retention are looked after. Default 30000. */
  maintenanceIntervalMs?: number;
  /** 32 bytes with which secrets are encrypted in the store. Default none: they are kept as they are. */
  secretStorageKey?: Uint8Array;
  /** Addresses allowed beside public ones: true for all, or `10.1.0.0/16` and the like. Default false. */
  allowPrivate?: boolean | readonly string[];
  /** Whether `http://` is allowed, for development. Default false. */
  allowHttp?: boolean;
  /** Ports that URLs may have. Default `[443]`, and 80 with `allowHttp`. */
  allowedPorts?: readonly number[] | 'any';
  /** Hosts of one's own that may learn the request and correlation ids. Default none: others get `traceparent` alone. */
  trustedHosts?: readonly string[];
  /** Resolves host names, instead of the DNS servers of the machine. */
  resolve?: ResolveHost;
  /** Certificate authorities to trust instead of Node's, PEM. */
  ca?: string | readonly string[];
  /** Default `Holdfast-Webhooks`. */
  userAgent?: string;
  /** Time and timers. Default the system's. */
  clock?: Clock;
}

export interface ResolvedSenderOptions {
  readonly queueName: string;
  readonly queue: QueuePart;
  readonly store: NonNullable<WebhookSenderOptions['store']>;
  /** Whether the store is the file that the queue is in. */
  readonly isStoreWithQueue: boolean;
  readonly concurrency: number;
  readonly endpointConcurrency: number;
  readonly schedule: RetrySchedule;
  readonly maxRetryAfterMs: number;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  readonly excerptBytes: number;
  readonly maxPayloadBytes: number;
  readonly disableAfterMs: number;
  readonly probeIntervalMs: number;
  readonly secretOverlapMs: number;
  readonly retentionMs: number;
  readonly maintenanceIntervalMs: number;
  readonly seal: SecretSeal;
  readonly policy: UrlPolicy;
  readonly trustedHosts: readonly string[];
  readonly resolve: ResolveHost;
  readonly ca: string | readonly string[] | undefined;
  readonly userAgent: string;
  readonly clock: Clock;
}

/** Every default that is a number, and the name of the queue. */
export interface WebhookSenderDefaults {
  readonly queueName: string;
  readonly concurrency: number;
  readonly endpointConcurrency: number;
  readonly retryJitterRatio: number;
  readonly maxRetryAfterMs: number;
  readonly timeoutMs: number;
  readonly maxResponseBytes: number;
  readonly excerptBytes: number;
  readonly maxPayloadBytes: number;
  readonly disableAfterMs: number;
  readonly probeIntervalMs: number;
  readonly secretOverlapMs: number;
  readonly retentionMs: number;
  readonly maintenanceIntervalMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;

/** Every default of a sender that is a number, and the name of its queue. Durations in ms, sizes in bytes. */
export const WEBHOOK_SENDER_DEFAULTS: WebhookSenderDefaults = Object.freeze({
  queueName: 'webhook-deliveries',
  concurrency: 256,
  endpointConcurrency: 4,
  retryJitterRatio: 0.2,
  maxRetryAfterMs: DAY_MS,
  timeoutMs: 15_000,
  maxResponseBytes: 65_536,
  excerptBytes: 1024,
  maxPayloadBytes: 262_144,
  disableAfterMs: 5 * DAY_MS,
  probeIntervalMs: HOUR_MS,
  secretOverlapMs: DAY_MS,
  retentionMs: 30 * DAY_MS,
  maintenanceIntervalMs: 30_000,
});

const RANGES: Readonly<
  Record<Exclude<keyof WebhookSenderDefaults, 'queueName' | 'retryJitterRatio'>, [number, number]>
> = {
  concurrency: [1, 10_000],
  endpointConcurrency: [1, 1000],
  maxRetryAfterMs: [0, 30 * DAY_MS],
  timeoutMs: [1, HOUR_MS],
  maxResponseBytes: [0, 16_777_216],
  excerptBytes: [0, 65_536],
  maxPayloadBytes: [1, 16_777_216],
  disableAfterMs: [0, YEAR_MS],
  probeIntervalMs: [1, 30 * DAY_MS],
  secretOverlapMs: [0, YEAR_MS],
  retentionMs: [0, 10 * YEAR_MS],
  maintenanceIntervalMs: [1, DAY_MS],
};

/** @throws WebhookOptionError naming option, value and range */
export function resolveSenderOptions(options: WebhookSenderOptions): ResolvedSenderOptions {
  const number = (name: keyof typeof RANGES) =>
    whole(name, options[name] ?? WEBHOOK_SENDER_DEFAULTS[name], ...RANGES[name]);
  const allowLocalNames = options.allowPrivate !== undefined && options.allowPrivate !== false;
  const { backend, connection } = options;
  return {
    queueName: options.queueName ?? WEBHOOK_SENDER_DEFAULTS.queueName,
    queue: queuePartOf(options),
    store:
      options.store ??
      (connection === undefined ? (backend ?? inDataFolder('queue.db')) : inDataFolder('webhooks.db')),
    isStoreWithQueue: options.store === undefined && connection === undefined,
    concurrency: number('concurrency'),
    endpointConcurrency: number('endpointConcurrency'),
    schedule: {
      stepsMs: checkedSchedule(options.retryScheduleMs ?? STANDARD_SCHEDULE_MS),
      jitterRatio: ratio(
        'retryJitterRatio',
        options.retryJitterRatio ?? WEBHOOK_SENDER_DEFAULTS.retryJitterRatio,
      ),
    },
    maxRetryAfterMs: number('maxRetryAfterMs'),
    timeoutMs: number('timeoutMs'),
    maxResponseBytes: number('maxResponseBytes'),
    excerptBytes: number('excerptBytes'),
    maxPayloadBytes: number('maxPayloadBytes'),
    disableAfterMs: number('disableAfterMs'),
    probeIntervalMs: number('probeIntervalMs'),
    secretOverlapMs: number('secretOverlapMs'),
    retentionMs: number('retentionMs'),
    maintenanceIntervalMs: number('maintenanceIntervalMs'),
    seal: createSecretSeal(options.secretStorageKey),
    policy: {
      guard: createAddressGuard(options.allowPrivate),
      allowHttp: options.allowHttp === true,
      ports: checkedPorts(options),
      allowLocalNames,
    },
    trustedHosts: options.trustedHosts ?? [],
    resolve: options.resolve ?? createDnsResolver(allowLocalNames),
    ca: options.ca,
    userAgent: options.userAgent ?? 'Holdfast-Webhooks',
    clock: options.clock ?? systemClock,
  };
}

function inDataFolder(file: string): { file: string } {
  return { file: join(process.env['HOLDFAST_DATA_DIR'] ?? '.holdfast', file) };
}

function queuePartOf(options: WebhookSenderOptions): QueuePart {
  const {
    backend,
    connection,
    enqueueTimeoutMs,
    lockDurationMs,
    stalledIntervalMs,
    closeTimeoutMs,
    onError,
  } = options;
  return {
    ...(backend !== undefined && { backend }),
    ...(connection !== undefined && { connection }),
    ...(enqueueTimeoutMs !== undefined && { enqueueTimeoutMs }),
    ...(lockDurationMs !== undefined && { lockDurationMs }),
    ...(stalledIntervalMs !== undefined && { stalledIntervalMs }),
    ...(closeTimeoutMs !== undefined && { closeTimeoutMs }),
    ...(onError !== undefined && { onError }),
  };
}

function checkedPorts({ allowedPorts, allowHttp }: WebhookSenderOptions): ReadonlySet<number> | 'any' {
  if (allowedPorts === undefined) return new Set(allowHttp === true ? [443, 80] : [443]);
  if (allowedPorts === 'any') return 'any';
  const isPort = (port: unknown) => Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65_535;
  if (Array.isArray(allowedPorts) && allowedPorts.length > 0 && allowedPorts.every(isPort))
    return new Set(allowedPorts as readonly number[]);
  throw new WebhookOptionError('allowedPorts', "must be 'any' or ports from 1 to 65535.");
}

/** @throws WebhookOptionError */
export function whole(option: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new WebhookOptionError(option, `is ${show(value)}; it must be a whole number from ${min} to ${max}.`);
}

function ratio(option: string, value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw new WebhookOptionError(option, `is ${show(value)}; it must be from 0 to 1.`);
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 100));
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
