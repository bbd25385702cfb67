import type { Attributes } from '@opentelemetry/api';
import { TracingOptionError } from '../errors.ts';
import { isPatched } from '../patched.ts';
import { Batches } from './batches.ts';
import { CommandObserver, type RunningOperation } from './command-observer.ts';
import { KeyStamps } from './key-stamps.ts';
import { resolveRedisOptions, type TraceRedisOptions } from './options.ts';
import {
  isBlocking,
  isHandshake,
  operationOf,
  type PipelineStream,
  type RedisClientLike,
  type RedisCommandLike,
  type SendCommand,
} from './redis-client.ts';
import { prefixOf } from './redis-error.ts';

const traced = new WeakSet<object>();

/**
 * Traces what a client of ioredis sends, a `Redis` or a `Cluster`: a client span per command and one per pipeline or
 * transaction, a duration per command. It is this one object that is changed, not the module, and it is given back; a
 * `duplicate()` of it is not traced. Neither keys nor values show in a span.
 * @throws TracingOptionError for an option that cannot be used, or when there is nothing to trace
 * @example const redis = traceRedis(new Redis(url), { slowOperationThreshold: 50 });
 */
export function traceRedis<T extends RedisClientLike>(client: T, options: TraceRedisOptions = {}): T {
  const resolved = resolveRedisOptions(options);
  const send = (client as Partial<RedisClientLike> | undefined)?.sendCommand as SendCommand | undefined;
  if (typeof send !== 'function') {
    throw new TracingOptionError('client', 'must be a Redis or a Cluster of ioredis.');
  }
  if (traced.has(client)) return client;
  traced.add(client);
  const observer = new CommandObserver(resolved, attributesOf(client), makesSpansOf(client, send));
  const stamps = resolved.stampKeys ? new KeyStamps(client, send) : undefined;
  const batches = new Batches(observer);
  client.sendCommand = function sendTraced(command: RedisCommandLike, ...rest: unknown[]) {
    watch(command, rest[0] as PipelineStream | undefined);
    return send.call(this, command, ...rest);
  };
  /** A command passes here again when it waited for a connection, or is redirected: it is watched already then. */
  const watched = new WeakSet<object>();
  const watch = (command: RedisCommandLike, stream: PipelineStream | undefined): void => {
    if (watched.has(command.resolve) || isHandshake(client, command)) return;
    const written = stamps?.begin(command);
    const running =
      stream?.isPipeline === true ? batches.begin(stream, command) : beginOne(observer, command);
    const { resolve, reject } = command;
    command.resolve = (value) => {
      running.finish();
      written?.(value);
      resolve(value);
    };
    command.reject = (error) => {
      running.finish(isExpected(command, error) ? undefined : (error ?? new Error('unknown')));
      reject(error);
    };
    watched.add(command.resolve);
  };
  return client;
}

/**
 * Whether spans are made here, or by an instrumentation of ioredis. That one sits on the clients of single servers; a
 * cluster sends through such clients, and has none before it is connected.
 */
function makesSpansOf(client: RedisClientLike, send: SendCommand): () => boolean {
  let decided = client.isCluster === true ? undefined : !isPatched(send);
  return () => {
    const node = decided === undefined ? client.nodes?.()[0] : undefined;
    if (node !== undefined) decided = !isPatched(node.sendCommand);
    return decided ?? true;
  };
}

function beginOne(observer: CommandObserver, command: RedisCommandLike): RunningOperation {
  return observer.begin({ operation: operationOf(command), blocking: isBlocking(command) });
}

/** A script that is not loaded is sent in full: how ioredis runs it the first time on a server. */
function isExpected({ name }: RedisCommandLike, error: unknown): boolean {
  return name.startsWith('evalsha') && prefixOf(error) === 'NOSCRIPT';
}

interface SingleOptions {
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  readonly db?: number;
}

/** A cluster has no address of its own: which node answers is known only afterwards. */
function attributesOf(client: RedisClientLike): Attributes {
  if (client.isCluster === true) return {};
  const { host, port, path, db } = client.options as SingleOptions;
  const namespace = { 'db.namespace': String(db ?? 0) };
  return path === undefined || path === null
    ? { ...namespace, 'server.address': host ?? 'localhost', 'server.port': port ?? 6379 }
    : { ...namespace, 'server.address': path };
}
