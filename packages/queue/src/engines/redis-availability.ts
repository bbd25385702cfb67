import type { Timer } from '@holdfast/context/clock';
import type { ResolvedOptions } from '../options.ts';
import type { AnyRedis } from './redis-connect.ts';

/**
 * Says whether it is worth waiting for the producer's connection. A blip is waited out; once the server has been away
 * for longer than an enqueue may take, each further one fails at once instead of making its caller wait. So it is with
 * a Cluster of which a part does not answer, and which its client takes to be there.
 */
export class RedisAvailability {
  readonly #client: AnyRedis;
  readonly #options: Pick<ResolvedOptions, 'clock' | 'enqueueTimeoutMs'>;
  /** Monotonic ms, or undefined while connected. */
  #awaySince: number | undefined;
  #lastError: Error | undefined;
  #waiting: PromiseWithResolvers<void> | undefined;
  #giveUp: Timer | undefined;

  constructor(client: AnyRedis, options: Pick<ResolvedOptions, 'clock' | 'enqueueTimeoutMs'>) {
    this.#client = client;
    this.#options = options;
    this.#awaySince = options.clock.now();
    client.on('ready', () => this.#arrived());
    client.on('close', () => (this.#awaySince ??= options.clock.now()));
    client.on('error', (error: Error) => (this.#lastError = error));
    client.on('end', () => this.#fail());
    if (this.usable()) this.#arrived();
  }

  /** Whether a command would be sent now. */
  usable(): boolean {
    const client = this.#client;
    return (
      client.status === 'ready' &&
      (client.isCluster || (client as { stream: { writable: boolean } }).stream.writable)
    );
  }

  /** Resolves when the connection is usable, rejects with the connection's last error when it is given up. */
  connected(): Promise<void> {
    if (this.usable()) return Promise.resolve();
    const awayMs = this.#options.clock.now() - (this.#awaySince ?? this.#options.clock.now());
    const leftMs = this.#options.enqueueTimeoutMs - awayMs;
    if (leftMs <= 0 || this.#client.status === 'end') return Promise.reject(this.#reason());
    this.#waiting ??= Promise.withResolvers<void>();
    this.#giveUp ??= this.#options.clock.setTimer(() => this.#fail(), leftMs, { keepAlive: true });
    return this.#waiting.promise;
  }

  #arrived(): void {
    this.#awaySince = undefined;
    this.#lastError = undefined;
    this.#settle()?.resolve();
  }

  #fail(): void {
    this.#settle()?.reject(this.#reason());
  }

  #settle(): PromiseWithResolvers<void> | undefined {
    const waiting = this.#waiting;
    this.#giveUp?.cancel();
    this.#giveUp = undefined;
    this.#waiting = undefined;
    return waiting;
  }

  #reason(): Error {
    return this.#lastError ?? new Error('there is no connection to Redis');
  }
}
