import { randomUUID } from 'node:crypto';
import type { DisabledReason } from './channels.ts';
import type { EndpointHealth } from './endpoint-health.ts';
import { EndpointExistsError, EndpointNotFoundError, WebhookOptionError } from './errors.ts';
import { checkedUrl } from './http/endpoint-url.ts';
import { type ResolvedSenderOptions, whole } from './options.ts';
import { pageOf, readCursor } from './page-cursor.ts';
import { generateSecret, parseSecret, type SigningScheme, verificationKey } from './secrets.ts';
import type { EndpointChanges, StoredEndpoint, StoredSecret, WebhookStore } from './store/delivery-store.ts';
import { ID } from './store/ids.ts';

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
  rotateSecret(
    id: string,
    options?: { secret?: string; scheme?: SigningScheme; overlapMs?: number },
  ): Promise<IssuedSecret>;
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

const MOST_TOPICS = 100;
const MOST_SECRETS = 10;
const TOPIC = /^[\x21-\x7e]{1,128}$/;
const DEFAULT_LIMIT = 100;
const LARGEST_LIMIT = 1000;

export function createEndpoints({
  store,
  health,
  options,
  onChange,
  release,
}: EndpointsParts): WebhookEndpoints {
  const { clock, policy, seal } = options;

  const existing = async (id: string): Promise<StoredEndpoint> => {
    const endpoint = await (await store()).endpoint(id);
    if (endpoint === undefined) throw new EndpointNotFoundError(id);
    return endpoint;
  };
  const shown = async (id: string) => show(await existing(id), clock.wallTime());

  return {
    register: async ({ id = `ep_${randomUUID()}`, secret, scheme, ...settings }) => {
      if (!ID.test(id))
        throw new WebhookOptionError('id', 'must be 1 to 128 of A-Z, a-z, 0-9, ".", "_" and "-".');
      const signing = checkedSecret(secret ?? generateSecret(scheme));
      const endpoint: StoredEndpoint = {
        topics: [],
        ratePerSecond: null,
        concurrency: null,
        ...checkedSettings(settings, policy),
        url: checkedUrl(settings.url, policy).href,
        id,
        secrets: [{ text: seal.seal(signing), expiresAt: null }],
        disabledReason: null,
        disabledAt: null,
        failingSince: null,
        probeAt: null,
        createdAt: clock.wallTime(),
      };
      if (!(await (await store()).insertEndpoint(endpoint))) throw new EndpointExistsError(id);
      return { ...show(endpoint, clock.wallTime()), verificationKey: verificationKey(signing) };
    },
    update: async (id, changes) => {
      const checked = checkedSettings(changes, policy);
      if (Object.keys(checked).length > 0 && !(await (await store()).updateEndpoint(id, checked)))
        throw new EndpointNotFoundError(id);
      onChange(id);
      return shown(id);
    },
    rotateSecret: async (id, { secret, scheme, overlapMs = options.secretOverlapMs } = {}) => {
      const signing = checkedSecret(secret ?? generateSecret(scheme));
      const expiresAt = clock.wallTime() + whole('overlapMs', overlapMs, 0, 365 * 86_400_000);
      const { secrets } = await existing(id);
      const older = secrets
        .map((one) => ({ ...one, expiresAt: Math.min(one.expiresAt ?? expiresAt, expiresAt) }))
        .filter((one) => one.expiresAt > clock.wallTime());
      const rotated: StoredSecret[] = [{ text: seal.seal(signing), expiresAt: null }, ...older];
      await (await store()).updateEndpoint(id, { secrets: rotated.slice(0, MOST_SECRETS) });
      return { verificationKey: verificationKey(signing) };
    },
    disable: async (id) => {
      await existing(id);
      await (await health()).disable(id, 'manual');
      onChange(id);
      return shown(id);
    },
    enable: async (id) => {
      const isChanged = await (await health()).enable(await existing(id), 'manual');
      onChange(id);
      if (isChanged) await release(id);
      return shown(id);
    },
    get: shown,
    list: async ({ cursor, limit = DEFAULT_LIMIT } = {}) => {
      const size = whole('limit', limit, 1, LARGEST_LIMIT);
      const after = readCursor(cursor);
      const { rows, nextCursor } = pageOf(await (await store()).endpoints({ after, limit: size + 1 }), size);
      const now = clock.wallTime();
      return { items: rows.map((endpoint) => show(endpoint, now)), nextCursor };
    },
    remove: async (id) => {
      if (!(await (await store()).removeEndpoint(id))) throw new EndpointNotFoundError(id);
      onChange(id);
    },
  };
}

/** @throws WebhookSecretError */
function checkedSecret(secret: string): string {
  parseSecret(secret);
  return secret;
}

function checkedSettings(
  { url, topics, ratePerSecond, concurrency }: Partial<EndpointSettings>,
  policy: ResolvedSenderOptions['policy'],
): EndpointChanges {
  return {
    ...(url !== undefined && { url: checkedUrl(url, policy).href }),
    ...(topics !== undefined && { topics: checkedTopics(topics) }),
    ...(ratePerSecond !== undefined && { ratePerSecond: checkedRate(ratePerSecond) }),
    ...(concurrency !== undefined && { concurrency: whole('concurrency', concurrency, 1, 1000) }),
  };
}

function checkedTopics(topics: unknown): readonly string[] {
  const isList =
    Array.isArray(topics) &&
    topics.length <= MOST_TOPICS &&
    topics.every((topic) => TOPIC.test(String(topic)));
  if (isList) return [...new Set(topics as string[])];
  throw new WebhookOptionError(
    'topics',
    `must be at most ${MOST_TOPICS} names of 1 to 128 printable ASCII characters without spaces.`,
  );
}

function checkedRate(rate: unknown): number {
  if (typeof rate === 'number' && rate >= 0.001 && rate <= 100_000) return rate;
  throw new WebhookOptionError('ratePerSecond', `is ${String(rate)}; it must be from 0.001 to 100000.`);
}

function show(endpoint: StoredEndpoint, now: number): WebhookEndpoint {
  const { id, url, topics, disabledReason, disabledAt, failingSince, ratePerSecond, concurrency } = endpoint;
  return {
    id,
    url,
    topics,
    status: disabledReason === null ? 'enabled' : 'disabled',
    ...(disabledReason !== null && { disabledReason }),
    ...(disabledAt !== null && { disabledAt }),
    ...(failingSince !== null && { failingSince }),
    ...(ratePerSecond !== null && { ratePerSecond }),
    ...(concurrency !== null && { concurrency }),
    activeSecrets: endpoint.secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > now).length,
    createdAt: endpoint.createdAt,
  };
}
