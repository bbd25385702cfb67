// webhooks/index.d.ts
export type { AttemptOutcome, DeliveryErrorClass, DisabledReason, WebhookAttempt, WebhookEndpointChange, } from './channels.ts';
export type { DeliveryAttempt, DeliveryDetail, DeliveryPage, DeliveryQuery, RedeliverRange, WebhookDelivery, } from './delivery-log.ts';
export type { EndpointPage, EndpointPageRequest, EndpointSettings, IssuedSecret, NewEndpoint, WebhookEndpoint, WebhookEndpoints, } from './endpoints.ts';
export { AddressRefusedError, DeliveryNotFoundError, EndpointExistsError, EndpointGoneError, EndpointNotFoundError, EndpointUrlRefusedError, InvalidWebhookError, WebhookError, WebhookMissingPeerError, WebhookOptionError, WebhookSecretError, WebhookSenderClosedError, } from './errors.ts';
export type { OutgoingEvent } from './event.ts';
export type { ResolveHost } from './http/resolver.ts';
export { WEBHOOK_SENDER_DEFAULTS, type WebhookSenderDefaults, type WebhookSenderOptions } from './options.ts';
export { STANDARD_SCHEDULE_MS } from './schedule.ts';
export { generateSecret, type SigningScheme, verificationKey } from './secrets.ts';
export { type AcceptedDelivery, createWebhookSender, type SendResult, type SendTarget, type WebhookSender, } from './sender.ts';
export type { DeliveryStatus } from './store/delivery-store.ts';

// webhooks/channels.d.ts
/** What the sender tells on `node:diagnostics_channel`; the payload types are part of the API. */
import { type Channel } from 'node:diagnostics_channel';
/**
 * `delivered`; `retried`, to be tried again; `failed`, the schedule is used up; `gone`, answered 410; `probe-failed`, a
 * probe of a disabled endpoint.
 */
export type AttemptOutcome = 'delivered' | 'retried' | 'failed' | 'gone' | 'probe-failed';
/**
 * Why an attempt failed: `status` an answer that is no success, `redirect` 3xx, `throttled` asked to wait, `timeout`,
 * `dns` the name has no address, `refused-address` the guard, `tls`, `connection` everything else on the wire,
 * `secret` the secrets cannot be read.
 */
export type DeliveryErrorClass = 'status' | 'redirect' | 'throttled' | 'gone' | 'timeout' | 'dns' | 'refused-address' | 'tls' | 'connection' | 'secret';
/** Fact `holdfast:events:webhook-attempt`: an attempt ended and is recorded. */
export interface WebhookAttempt {
    readonly endpointId: string;
    readonly deliveryId: string;
    readonly eventId: string;
    readonly eventType: string;
    /** 1-based, over all rounds of the delivery. */
    readonly attempt: number;
    readonly outcome: AttemptOutcome;
    /** Missing where no answer came. */
    readonly statusCode?: number;
    readonly errorClass?: DeliveryErrorClass;
    readonly durationMs: number;
    /** From the acceptance of the event to the end of the attempt. */
    readonly ageMs: number;
}
/** Why an endpoint is disabled: by hand, since it answered 410, or since every attempt failed for `disableAfterMs`. */
export type DisabledReason = 'manual' | 'gone' | 'failing';
/** Fact `holdfast:events:webhook-endpoint`: an endpoint was disabled or enabled. */
export interface WebhookEndpointChange {
    readonly endpointId: string;
    readonly change: 'disabled' | 'enabled';
    /** Why it was disabled; for `enabled`: by hand or by a probe that was answered. */
    readonly reason: DisabledReason | 'probe';
    /** Epoch ms. */
    readonly at: number;
}
export declare const attemptChannel: Channel;
export declare const endpointChannel: Channel;
/** Publishes `fact()` where somebody listens. */
export declare function publish<T>(on: Channel, fact: () => T): void;

// webhooks/delivery-log.d.ts
import type { DeliveryErrorClass } from './channels.ts';
import type { DeliveryRound, DeliveryStatus, WebhookStore } from './store/delivery-store.ts';
/** A delivery as it is listed. */
export interface WebhookDelivery {
    readonly id: string;
    readonly endpointId: string;
    readonly eventId: string;
    readonly eventType: string;
    readonly status: DeliveryStatus;
    /** Over all rounds. */
    readonly attempts: number;
    /** Epoch ms of the acceptance. */
    readonly createdAt: number;
    /** Epoch ms of the last change. */
    readonly updatedAt: number;
}
/** One attempt at a delivery. */
export interface DeliveryAttempt {
    /** 1-based, over all rounds. */
    readonly attempt: number;
    /** Epoch ms of its end. */
    readonly at: number;
    readonly durationMs: number;
    /** Missing where no answer came. */
    readonly statusCode?: number;
    /** Missing where it was delivered. */
    readonly errorClass?: DeliveryErrorClass;
    /** The beginning of the answer, or what the connection failed with. */
    readonly excerpt?: string;
}
/** A delivery with what is sent and every attempt. */
export interface DeliveryDetail extends WebhookDelivery {
    /** What is sent, as text. */
    readonly body: string;
    readonly log: readonly DeliveryAttempt[];
}
/** Which deliveries of an endpoint are listed; what is left out does not matter. */
export interface DeliveryQuery {
    status?: DeliveryStatus;
    /** Epoch ms of the acceptance, included. */
    from?: number;
    /** Epoch ms of the acceptance, not included. */
    to?: number;
    /** 1 to 1000, default 100. */
    limit?: number;
    /** `nextCursor` of the page before. Default the first page. */
    cursor?: string;
}
/** One page of deliveries. */
export interface DeliveryPage {
    /** The newest first. */
    readonly items: readonly WebhookDelivery[];
    /** Where the next page begins, or undefined when this is the last. */
    readonly nextCursor: string | undefined;
}
/** Which deliveries of an endpoint are sent again. */
export interface RedeliverRange {
    endpointId: string;
    /** Default `failed`. */
    status?: 'failed' | 'delivered' | 'held' | 'cancelled';
    /** Epoch ms of the acceptance, included. Default the first. */
    from?: number;
    /** Epoch ms of the acceptance, not included. Default now. */
    to?: number;
}
export interface DeliveryLog {
    page(endpointId: string, query: DeliveryQuery): Promise<DeliveryPage>;
    /** @throws DeliveryNotFoundError */
    detail(id: string): Promise<DeliveryDetail>;
    /** @throws DeliveryNotFoundError */
    redeliver(id: string): Promise<void>;
    /** How many deliveries are made again by this call. */
    redeliverRange(range: RedeliverRange): Promise<number>;
    /** What is held for an endpoint, the oldest first. */
    release(endpointId: string): Promise<number>;
}
/**
 * @param enqueue puts a round of a delivery into the queue; a second time it is a duplicate
 */
export declare function createDeliveryLog(store: () => Promise<WebhookStore>, enqueue: (delivery: DeliveryRound) => Promise<{
    readonly status: string;
}>, wallTime: () => number): DeliveryLog;

// webhooks/store/delivery-store.d.ts
import type { DeliveryErrorClass, DisabledReason } from '../channels.ts';
import type { Place } from '../page-cursor.ts';
export interface StoredSecret {
    /** As it is kept: sealed where the sender has a `secretStorageKey`. */
    readonly text: string;
    /** Epoch ms until which it signs beside a newer one; null for the newest. */
    readonly expiresAt: number | null;
}
export interface StoredEndpoint {
    readonly id: string;
    readonly url: string;
    readonly topics: readonly string[];
    /** The newest first. */
    readonly secrets: readonly StoredSecret[];
    /** Null while it is enabled. */
    readonly disabledReason: DisabledReason | null;
    readonly disabledAt: number | null;
    /** Since when every attempt has failed; null after a success. */
    readonly failingSince: number | null;
    /** When a disabled endpoint is tried again; null where it is not. */
    readonly probeAt: number | null;
    readonly ratePerSecond: number | null;
    readonly concurrency: number | null;
    readonly createdAt: number;
}
/**
 * `pending` waits for its first or next attempt; `delivered`; `failed`, the schedule is used up; `held`, accepted for a
 * disabled endpoint; `cancelled`, its endpoint is gone.
 */
export type DeliveryStatus = 'pending' | 'delivered' | 'failed' | 'held' | 'cancelled';
/** What a delivery is, apart from how it goes. */
export interface NewDelivery {
    readonly id: string;
    readonly endpointId: string;
    readonly eventId: string;
    readonly eventType: string;
    readonly body: string;
    /** Epoch ms. */
    readonly createdAt: number;
}
/** A delivery in one of its rounds, as the queue carries it. */
export interface DeliveryRound extends NewDelivery {
    /** How often it was delivered again, by hand or since its endpoint came back. */
    readonly round: number;
}
export interface StoredDelivery extends DeliveryRound {
    readonly status: DeliveryStatus;
    readonly attempts: number;
    readonly updatedAt: number;
}
export interface StoredAttempt {
    readonly deliveryId: string;
    /** 1-based, over all rounds. */
    readonly attempt: number;
    /** Epoch ms of its end. */
    readonly at: number;
    readonly durationMs: number;
    readonly statusCode: number | null;
    readonly errorClass: DeliveryErrorClass | null;
    /** The beginning of the answer's body, or of the error's message. */
    readonly excerpt: string | null;
}
export interface DeliveryFilter {
    readonly endpointId?: string | undefined;
    readonly status?: DeliveryStatus | undefined;
    /** Epoch ms of the acceptance, included. */
    readonly from?: number | undefined;
    /** Epoch ms of the acceptance, not included. */
    readonly to?: number | undefined;
    /** Deliveries after this one in the order of the list. */
    readonly after?: Place | undefined;
    readonly order: 'newest' | 'oldest';
    readonly limit: number;
}
/** Where endpoints, deliveries and attempts are kept. Whatever returns has been committed. */
export interface WebhookStore {
    /** False where the id is taken. */
    insertEndpoint(endpoint: StoredEndpoint): Promise<boolean>;
    endpoint(id: string): Promise<StoredEndpoint | undefined>;
    /** Those behind `after`, in the order of registration. */
    endpoints(page: {
        readonly after: Place | undefined;
        readonly limit: number;
    }): Promise<readonly StoredEndpoint[]>;
    /** Those that listen to the topic, or to `*`. */
    endpointsOf(topic: string): Promise<readonly StoredEndpoint[]>;
    /** Changes the fields named, and nothing where `where` no longer holds; whether it did. */
    updateEndpoint(id: string, changes: EndpointChanges, where?: EndpointCondition): Promise<boolean>;
    removeEndpoint(id: string): Promise<boolean>;
    /**
     * Disabled endpoints whose probe is due.
     * @param due `latest`: no probe is put off beyond it, so that one that is has been due since a clock went back
     */
    endpointsToProbe(due: {
        readonly now: number;
        readonly latest: number;
        readonly limit: number;
    }): Promise<readonly StoredEndpoint[]>;
    /** Enabled endpoints that have held deliveries. */
    endpointsToRelease(limit: number): Promise<readonly string[]>;
    /** Leaves alone what is there. */
    insertDeliveries(deliveries: readonly NewDelivery[], status: DeliveryStatus): Promise<void>;
    delivery(id: string): Promise<StoredDelivery | undefined>;
    deliveries(filter: DeliveryFilter): Promise<readonly StoredDelivery[]>;
    attempts(deliveryId: string): Promise<readonly StoredAttempt[]>;
    /**
     * Writes an attempt and the state it leaves the delivery in, which is inserted where it is missing, and left alone
     * where it is in a later round by now.
     */
    recordAttempt(delivery: DeliveryRound, attempt: StoredAttempt, status: DeliveryStatus): Promise<void>;
    /** The same without an attempt. */
    setStatus(delivery: DeliveryRound, status: DeliveryStatus, at: number): Promise<void>;
    /** Makes it pending again as round `round + 1`, unless it is in another round by now. */
    nextRound(id: string, round: number, at: number): Promise<boolean>;
    /** Removes settled deliveries that were last changed before `before`; how many. */
    purge(before: number, limit: number): Promise<number>;
    close(): Promise<void>;
}
export type EndpointChanges = Partial<Omit<StoredEndpoint, 'id' | 'createdAt'>>;
/** What must still be so for a change to be made. */
export type EndpointCondition = Partial<Pick<StoredEndpoint, 'disabledReason' | 'failingSince' | 'probeAt'>>;

// webhooks/page-cursor.d.ts
/** Behind what a page begins, in the order of acceptance or registration. */
export interface Place {
    /** Epoch ms. */
    readonly createdAt: number;
    readonly id: string;
}
/** The rows that a page shows, of which one more than `limit` were read, and where the next page begins. */
export declare function pageOf<Row extends Place>(found: readonly Row[], limit: number): {
    readonly rows: readonly Row[];
    readonly nextCursor: string | undefined;
};
/** @throws WebhookOptionError */
export declare function readCursor(cursor: string | undefined): Place | undefined;

// webhooks/endpoints.d.ts
import type { DisabledReason } from './channels.ts';
import type { EndpointHealth } from './endpoint-health.ts';
import { type ResolvedSenderOptions } from './options.ts';
import { type SigningScheme } from './secrets.ts';
import type { WebhookStore } from './store/delivery-store.ts';
/** An endpoint as it is shown: without its secrets. */
export interface WebhookEndpoint {
    readonly id: string;
    readonly url: string;
    /** The topics it listens to; `*` is every topic. */
    readonly topics: readonly string[];
    readonly status: 'enabled' | 'disabled';
    readonly disabledReason?: DisabledReason;
    /** Epoch ms. */
    readonly disabledAt?: number;
    /** Epoch ms of the first failure since the last success. */
    readonly failingSince?: number;
    /** Attempts a second in each process; missing where there is no limit. */
    readonly ratePerSecond?: number;
    /** Attempts at the same time in each process; missing where it is the default of the sender. */
    readonly concurrency?: number;
    /** Secrets that sign at this moment; more than one while a rotation overlaps. */
    readonly activeSecrets: number;
    /** Epoch ms. */
    readonly createdAt: number;
}
/** What can be set of an endpoint, and changed later. */
export interface EndpointSettings {
    /** `https://`, a public host, an allowed port, no credentials. */
    url: string;
    /** Which events of `send({ topic }, …)` it gets; `*` for all. Default none. */
    topics?: readonly string[];
    /** Attempts a second in each process. Default no limit. */
    ratePerSecond?: number;
    /** Attempts at once in each process. Default `endpointConcurrency` of the sender. */
    concurrency?: number;
}
/** An endpoint to be registered. */
export interface NewEndpoint extends EndpointSettings {
    /** Default `ep_` and a new one. */
    id?: string;
    /** `whsec_…` or `whsk_…`. Default a new one of `scheme`. */
    secret?: string;
    /** Of the secret that is made: `v1` HMAC-SHA256 (default), `v1a` ed25519. */
    scheme?: SigningScheme;
}
/** What is told once, to be handed to the receiver. */
export interface IssuedSecret {
    /** `whsec_…`, or the public key `whpk_…` where the endpoint is signed for with ed25519. */
    readonly verificationKey: string;
}
/** Which page of the endpoints is asked for. */
export interface EndpointPageRequest {
    /** `nextCursor` of the page before. Default the first page. */
    cursor?: string;
    /** 1 to 1000, default 100. */
    limit?: number;
}
/** One page of endpoints. */
export interface EndpointPage {
    /** In the order of their registration. */
    readonly items: readonly WebhookEndpoint[];
    /** Where the next page begins, or undefined when this is the last. */
    readonly nextCursor: string | undefined;
}
/** Who gets webhooks, and with which secrets. */
export interface WebhookEndpoints {
    /** @throws EndpointUrlRefusedError, WebhookSecretError, EndpointExistsError, WebhookOptionError */
    register(endpoint: NewEndpoint): Promise<WebhookEndpoint & IssuedSecret>;
    /** @throws EndpointNotFoundError and what `register` throws */
    update(id: string, changes: Partial<EndpointSettings>): Promise<WebhookEndpoint>;
    /**
     * Signs with a new secret and, for `overlapMs`, with the ones before it, so that the receiver may change over in
     * that time.
     */
    rotateSecret(id: string, options?: {
        secret?: string;
        scheme?: SigningScheme;
        overlapMs?: number;
    }): Promise<IssuedSecret>;
    /** Nothing is sent to it; what is accepted for it is held until it is enabled. */
    disable(id: string): Promise<WebhookEndpoint>;
    /** Delivers what was held, too. */
    enable(id: string): Promise<WebhookEndpoint>;
    /** @throws EndpointNotFoundError */
    get(id: string): Promise<WebhookEndpoint>;
    /** @throws WebhookOptionError */
    list(page?: EndpointPageRequest): Promise<EndpointPage>;
    /** What is under way to it is cancelled. */
    remove(id: string): Promise<void>;
}
export interface EndpointsParts {
    readonly store: () => Promise<WebhookStore>;
    readonly health: () => Promise<EndpointHealth>;
    readonly options: ResolvedSenderOptions;
    /** Its settings or its state changed. */
    readonly onChange: (id: string) => void;
    readonly release: (id: string) => Promise<unknown>;
}
export declare function createEndpoints({ store, health, options, onChange, release, }: EndpointsParts): WebhookEndpoints;

// webhooks/endpoint-health.d.ts
import { type DisabledReason } from './channels.ts';
import type { ResolvedSenderOptions } from './options.ts';
import type { StoredEndpoint, WebhookStore } from './store/delivery-store.ts';
/** Whether endpoints are enabled, and since when they fail. */
export interface EndpointHealth {
    succeeded(endpoint: StoredEndpoint): Promise<void>;
    /** Whether the endpoint has been failing for so long that it is disabled now. */
    failed(endpoint: StoredEndpoint): Promise<boolean>;
    disable(id: string, reason: DisabledReason): Promise<boolean>;
    enable(endpoint: StoredEndpoint, reason: 'manual' | 'probe'): Promise<boolean>;
    /** Epoch ms until which a probe is due, and beyond which none is put off. */
    dueProbes(): {
        readonly now: number;
        readonly latest: number;
    };
    /** Puts the next probe off; false where another process has done so already. */
    claimProbe(endpoint: StoredEndpoint): Promise<boolean>;
}
type HealthOptions = Pick<ResolvedSenderOptions, 'disableAfterMs' | 'probeIntervalMs' | 'clock'>;
export declare function createEndpointHealth(store: WebhookStore, options: HealthOptions): EndpointHealth;
export {};

// webhooks/options.d.ts
import { type Clock } from '@holdfast/context/clock';
import type { QueueOptions } from '@holdfast/queue';
import type { UrlPolicy } from './http/endpoint-url.ts';
import { type ResolveHost } from './http/resolver.ts';
import { type RetrySchedule } from './schedule.ts';
import { type SecretSeal } from './secret-seal.ts';
type QueuePart = Pick<QueueOptions, 'backend' | 'connection' | 'enqueueTimeoutMs' | 'lockDurationMs' | 'stalledIntervalMs' | 'closeTimeoutMs' | 'onError'>;
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
/** Every default of a sender that is a number, and the name of its queue. Durations in ms, sizes in bytes. */
export declare const WEBHOOK_SENDER_DEFAULTS: WebhookSenderDefaults;
/** @throws WebhookOptionError naming option, value and range */
export declare function resolveSenderOptions(options: WebhookSenderOptions): ResolvedSenderOptions;
/** @throws WebhookOptionError */
export declare function whole(option: string, value: unknown, min: number, max: number): number;
export {};

// webhooks/http/endpoint-url.d.ts
import type { AddressGuard } from './address-guard.ts';
/** Which URLs an endpoint may have. */
export interface UrlPolicy {
    readonly guard: AddressGuard;
    readonly allowHttp: boolean;
    readonly ports: ReadonlySet<number> | 'any';
    /** Whether `localhost` may be meant. */
    readonly allowLocalNames: boolean;
}
/**
 * Checks what can be known before the name is resolved; the address is checked again whenever a connection is made.
 * The URL parser has turned decimal, octal and hexadecimal forms of an IPv4 address into the usual one.
 * @throws EndpointUrlRefusedError
 */
export declare function checkedUrl(text: unknown, policy: UrlPolicy): URL;
/** Where no name has to be resolved the address is checked here, since Node then asks no resolver. */
export declare function hostRefusal(url: URL, { guard, allowLocalNames }: UrlPolicy): string | undefined;
/** The host as a resolver takes it: an IPv6 address without its brackets. */
export declare function hostOf(url: URL): string;
export declare function portOf({ port, protocol }: URL): number;

// webhooks/http/address-guard.d.ts
/** Says which addresses a connection may go to. */
export interface AddressGuard {
    /** The kind of an address that is refused, such as `loopback`; undefined for one that is allowed. */
    refusal(address: string): string | undefined;
}
/**
 * Refuses whatever is not a public unicast address.
 * @param allow true for every address, or ranges (`10.1.0.0/16`, `fd00::/8`, `127.0.0.1`) that are allowed beside the public ones
 * @throws WebhookOptionError
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export declare function createAddressGuard(allow?: boolean | readonly string[]): AddressGuard;

// webhooks/http/resolver.d.ts
import type { LookupFunction } from 'node:net';
import type { AddressGuard } from './address-guard.ts';
/** All addresses of a name; none or an error where it has none. */
export type ResolveHost = (hostname: string) => Promise<readonly string[]>;
/**
 * Asks the DNS servers of the machine, IPv4 and IPv6 at once, without the threads that `dns.lookup` shares with file
 * access: a name whose servers are silent would hold one of four. `/etc/hosts` is not read.
 */
export declare function createDnsResolver(allowLocalNames: boolean): ResolveHost;
/**
 * A `lookup` for `node:net` that gives the connection only addresses that were checked, so that a name cannot be
 * resolved to one address for the check and to another for the connection. One refused address refuses the name.
 */
export declare function guardedLookup(resolve: ResolveHost, guard: AddressGuard): LookupFunction;

// webhooks/schedule.d.ts
/**
 * The waits after each failed attempt that Standard Webhooks recommends: ten attempts within some three days and a half.
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#deliverability-and-reliability
 */
export declare const STANDARD_SCHEDULE_MS: readonly number[];
/** How far above its step a wait may be, at random. */
export interface RetrySchedule {
    readonly stepsMs: readonly number[];
    readonly jitterRatio: number;
}
/**
 * The wait after a failed attempt, or undefined where that was the last one.
 * @param attempt 1-based
 * @param askedMs what the endpoint asked for; a longer wait than the schedule's is granted, up to `longestAskedMs`
 * @param random from 0 to below 1
 */
export declare function retryDelayMs({ stepsMs, jitterRatio }: RetrySchedule, attempt: number, { askedMs, longestAskedMs, random, }: {
    askedMs?: number | undefined;
    longestAskedMs: number;
    random: number;
}): number | undefined;
/** @throws WebhookOptionError */
export declare function checkedSchedule(stepsMs: unknown): readonly number[];

// webhooks/secret-seal.d.ts
/** How secrets are kept in the store. */
export interface SecretSeal {
    seal(secret: string): string;
    /** @throws WebhookSecretError */
    open(stored: string): string;
}
/**
 * AES-256-GCM with a key of the application; without one, secrets are kept as they are. What was stored before there
 * was a key can still be read.
 * @throws WebhookOptionError
 */
export declare function createSecretSeal(key: Uint8Array | undefined): SecretSeal;

// webhooks/secrets.d.ts
import { type KeyObject } from 'node:crypto';
/** `v1` is HMAC-SHA256 with a secret that both sides know, `v1a` ed25519, of which the receiver has the public key. */
export type SigningScheme = 'v1' | 'v1a';
export type SigningKey = {
    readonly scheme: 'v1';
    readonly key: Buffer;
} | {
    readonly scheme: 'v1a';
    readonly key: KeyObject;
};
/** A new secret: `whsec_` and 32 random bytes, or `whsk_` and an ed25519 key with its public half. */
export declare function generateSecret(scheme?: SigningScheme): string;
/**
 * What a receiver needs to verify: the secret itself, or `whpk_` and the public key.
 * @throws WebhookSecretError
 */
export declare function verificationKey(secret: string): string;
/** @throws WebhookSecretError for a wrong prefix, encoding or length */
export declare function parseSecret(secret: unknown): SigningKey;

// webhooks/errors.d.ts
import { EventsError } from '../errors.ts';
/** Base of the errors of the webhook sender; compare `code`, since `instanceof` fails across copies. */
export declare abstract class WebhookError extends EventsError {
}
/** An option that cannot be used. Thrown at construction, or by the call that was given it. */
export declare class WebhookOptionError extends WebhookError {
    readonly name = "WebhookOptionError";
    readonly code = "ERR_WEBHOOK_OPTION";
    readonly option: string;
    constructor(option: string, message: string);
}
/** A secret that cannot sign. Its text is in no message. */
export declare class WebhookSecretError extends WebhookError {
    readonly name = "WebhookSecretError";
    readonly code = "ERR_WEBHOOK_SECRET";
    constructor(what: string, options?: ErrorOptions);
}
/** A URL that webhooks are not sent to. Nothing was stored. */
export declare class EndpointUrlRefusedError extends WebhookError {
    readonly name = "EndpointUrlRefusedError";
    readonly code = "ERR_WEBHOOK_URL_REFUSED";
    constructor(why: string);
}
/** The address that a connection would go to is not allowed. Nothing was sent. */
export declare class AddressRefusedError extends WebhookError {
    readonly name = "AddressRefusedError";
    readonly code = "ERR_WEBHOOK_ADDRESS_REFUSED";
    /** The kind of address, such as `private` or `loopback`. */
    readonly kind: string;
    constructor(kind: string);
}
/** No endpoint has this id. */
export declare class EndpointNotFoundError extends WebhookError {
    readonly name = "EndpointNotFoundError";
    readonly code = "ERR_WEBHOOK_ENDPOINT_NOT_FOUND";
    readonly endpointId: string;
    constructor(endpointId: string);
}
/** An endpoint with this id is there already. Nothing was stored. */
export declare class EndpointExistsError extends WebhookError {
    readonly name = "EndpointExistsError";
    readonly code = "ERR_WEBHOOK_ENDPOINT_EXISTS";
    constructor(endpointId: string);
}
/** The endpoint answered 410 and takes no more events. Nothing was accepted. */
export declare class EndpointGoneError extends WebhookError {
    readonly name = "EndpointGoneError";
    readonly code = "ERR_WEBHOOK_ENDPOINT_GONE";
    constructor(endpointId: string);
}
/** No delivery has this id; it may be older than the retention. */
export declare class DeliveryNotFoundError extends WebhookError {
    readonly name = "DeliveryNotFoundError";
    readonly code = "ERR_WEBHOOK_DELIVERY_NOT_FOUND";
    constructor(deliveryId: string);
}
/** What was given to `send` is not an event. Nothing was accepted. */
export declare class InvalidWebhookError extends WebhookError {
    readonly name = "InvalidWebhookError";
    readonly code = "ERR_WEBHOOK_INVALID_EVENT";
    readonly field: string;
    constructor(field: string, message: string, options?: ErrorOptions);
}
/** Called after `close()`. */
export declare class WebhookSenderClosedError extends WebhookError {
    readonly name = "WebhookSenderClosedError";
    readonly code = "ERR_WEBHOOK_SENDER_CLOSED";
    constructor();
}
/** The package that the chosen engine needs is not installed. */
export declare class WebhookMissingPeerError extends WebhookError {
    readonly name = "WebhookMissingPeerError";
    readonly code = "ERR_WEBHOOK_MISSING_PEER";
    readonly peer: string;
    constructor(peer: string, options: ErrorOptions);
}

// errors.d.ts
/** Base of every error of this package; compare `code`, since `instanceof` fails across copies. */
export declare abstract class EventsError extends Error {
    abstract readonly code: string;
}
/** An option that cannot be used. Thrown at construction. */
export declare class EventsOptionError extends EventsError {
    readonly name = "EventsOptionError";
    readonly code = "ERR_EVENTS_OPTION";
    readonly option: string;
    constructor(option: string, message: string);
}
/** What was given to `publish` is not an event, or does not fit its schema. Nothing was published. */
export declare class InvalidEventError extends EventsError {
    readonly name = "InvalidEventError";
    readonly code = "ERR_EVENTS_INVALID_EVENT";
    /** Where: `payload.lines.0.price`. */
    readonly path: string;
    readonly failureClass = "permanent";
    constructor(path: string, message: string, options?: ErrorOptions);
}
/** The transaction cannot take the event. Nothing was written: roll it back. */
export declare class OutboxTransactionError extends EventsError {
    readonly name = "OutboxTransactionError";
    readonly code = "ERR_EVENTS_TRANSACTION";
    readonly failureClass = "permanent";
}
/**
 * The store of the events did not take the call in time. An event that it may have taken all the same is not doubled
 * by another `publish` with the same id.
 */
export declare class EventsUnavailableError extends EventsError {
    readonly name = "EventsUnavailableError";
    readonly code = "ERR_EVENTS_UNAVAILABLE";
    /** When another try makes sense, in ms from now. */
    readonly retryAfterMs: number;
    constructor(what: string, retryAfterMs: number, options?: ErrorOptions);
}
/**
 * Redis has lost the log of the bus, or came back with an older copy of it. The groups of this process were registered
 * again; told by `onError`, thrown by no call.
 */
export declare class EventsDataLostError extends EventsError {
    readonly name = "EventsDataLostError";
    readonly code = "ERR_EVENTS_DATA_LOST";
    readonly bus: string;
    constructor(bus: string);
}
/** A group that is not known, or has a handler in this process already. */
export declare class GroupError extends EventsError {
    readonly name = "GroupError";
    readonly code = "ERR_EVENTS_GROUP";
    readonly group: string;
    constructor(group: string, message: string);
}
/** A method was called after `close()`. */
export declare class EventsClosedError extends EventsError {
    readonly name = "EventsClosedError";
    readonly code = "ERR_EVENTS_CLOSED";
    constructor();
}
/** An optional peer dependency that the chosen engine needs is not installed. */
export declare class EventsMissingPeerError extends EventsError {
    readonly name = "EventsMissingPeerError";
    readonly code = "ERR_EVENTS_MISSING_PEER";
    readonly peer: string;
    constructor(peer: string, options: ErrorOptions);
}
/** A newer version of this package has made the tables. */
export declare class EventsSchemaVersionError extends EventsError {
    readonly name = "EventsSchemaVersionError";
    readonly code = "ERR_EVENTS_SCHEMA_VERSION";
    constructor(found: number, known: number);
}

// webhooks/event.d.ts
/** An event to be sent to endpoints. */
export interface OutgoingEvent<Data = unknown> {
    /** The same event is accepted once for each endpoint. Default `msg_` and a new one. */
    id?: string;
    /** Such as `invoice.paid`. */
    type: string;
    /** What JSON can hold. */
    data: Data;
    /** Epoch ms of what happened. Default now. */
    timestamp?: number;
}
/** An event as it goes over the wire. */
export interface EncodedEvent {
    readonly id: string;
    readonly type: string;
    /** The same bytes at each attempt. */
    readonly body: string;
}
/**
 * The payload that Standard Webhooks recommends: `{ type, timestamp, data }`.
 * @throws InvalidWebhookError
 */
export declare function encodeEvent(event: OutgoingEvent, maxBytes: number, now: number): EncodedEvent;
/** One delivery for each event and endpoint, however often it is sent. */
export declare function deliveryIdOf(endpointId: string, eventId: string): string;

// webhooks/sender.d.ts
import { type DeliveryDetail, type DeliveryPage, type DeliveryQuery, type RedeliverRange } from './delivery-log.ts';
import { type WebhookEndpoints } from './endpoints.ts';
import { type OutgoingEvent } from './event.ts';
import { type WebhookSenderOptions } from './options.ts';
/** Whom an event is for: one endpoint, or all that listen to a topic. */
export type SendTarget = {
    readonly endpointId: string;
} | {
    readonly topic: string;
};
/** What became of an event for one endpoint. */
export interface AcceptedDelivery {
    readonly deliveryId: string;
    readonly endpointId: string;
    /** `held`: the endpoint is disabled, it gets the event when it is enabled. */
    readonly status: 'queued' | 'duplicate' | 'held';
}
/** What became of an event for every endpoint that it is for. */
export interface SendResult {
    /** What receivers find in `webhook-id`. */
    readonly eventId: string;
    readonly deliveries: readonly AcceptedDelivery[];
}
/** Sends events to endpoints, and keeps what it sent. */
export interface WebhookSender extends AsyncDisposable {
    readonly endpoints: WebhookEndpoints;
    /**
     * Accepts an event. When it resolves, each delivery is in the store and survives the process; when it rejects, some
     * may be: send the same event id again.
     * @throws InvalidWebhookError, EndpointNotFoundError, EndpointGoneError, and what the queue throws, such as QueueUnavailableError
     */
    send(target: SendTarget, event: OutgoingEvent): Promise<SendResult>;
    /** Makes this process deliver. Others may only accept. */
    start(): Promise<void>;
    /** The newest first. */
    deliveries(endpointId: string, query?: DeliveryQuery): Promise<DeliveryPage>;
    /** One delivery with its payload and its attempts. @throws DeliveryNotFoundError */
    delivery(id: string): Promise<DeliveryDetail>;
    /** Delivers again, whatever came of it: all attempts anew, the same `webhook-id`. @throws DeliveryNotFoundError */
    redeliver(id: string): Promise<void>;
    /** The same for all of an endpoint in a range of time; how many. */
    redeliverRange(range: RedeliverRange): Promise<number>;
    /** Waits for attempts under way, puts the rest back and lets go of every connection. */
    close(): Promise<void>;
}
/**
 * Sends events to the endpoints of others, signed as Standard Webhooks says.
 * @example
 * await using sender = createWebhookSender();
 * const { verificationKey } = await sender.endpoints.register({ url: 'https://example.com/hooks', topics: ['invoice'] });
 * await sender.start();
 * await sender.send({ topic: 'invoice' }, { type: 'invoice.paid', data: { id: 'in_1' } });
 * @throws WebhookOptionError, QueueOptionError
 */
export declare function createWebhookSender(options?: WebhookSenderOptions): WebhookSender;
