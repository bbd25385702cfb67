import type { Timer } from '@holdfast/context/clock';
import { IdempotencyOptionError, LeaseLostError } from '../errors.ts';
import type { CompleteOutcome, IdempotencyStore, Lease, Tx } from '../stores/store.ts';
import type { Policy } from './policy.ts';
import { inTime } from './waiting.ts';

/** A claim that is being worked on: renewed until it is completed, released or abandoned. */
export class Run {
  readonly lease: Lease;
  readonly #store: IdempotencyStore;
  readonly #policy: Policy;
  readonly #startedAt: number;
  /** Made when somebody asks for it, since few do. */
  #lost: AbortController | undefined;
  #timer: Timer | undefined;
  #recordedInTx = false;

  constructor(store: IdempotencyStore, policy: Policy, lease: Lease) {
    this.lease = lease;
    this.#store = store;
    this.#policy = policy;
    this.#startedAt = policy.clock.now();
    this.#schedule();
  }

  /** Aborts when another owner has taken over. */
  get signal(): AbortSignal {
    this.#lost ??= new AbortController();
    return this.#lost.signal;
  }

  /** Whether `completeIn` was called: what became of it is known only after the caller's transaction has ended. */
  get recordedInTx(): boolean {
    return this.#recordedInTx;
  }

  /**
   * Writes the result in the caller's transaction; with `{ db }` it is written when this returns.
   * @throws LeaseLostError
   */
  completeIn(tx: Tx, result: Uint8Array): void | Promise<void> {
    const store = this.#store;
    if (store.completeIn === undefined) {
      throw new IdempotencyOptionError(
        'store',
        'This store cannot complete in a transaction of yours: use SqliteIdempotencyStore or PostgresIdempotencyStore on the same database.',
      );
    }
    this.#recordedInTx = true;
    return store.completeIn(tx, this.lease, result, this.#policy.ttlMs);
  }

  /** Tried twice: the first connection may have been cut after the store had done it. @throws what the store throws */
  complete(result: Uint8Array): Promise<CompleteOutcome> {
    this.#stop();
    const call = () => this.#store.complete(this.lease, result, this.#policy.ttlMs);
    return this.#inTime(() => call().catch(call));
  }

  /** Nothing happened: the key is free again. @returns false when it is completed already, or not this owner's */
  release(): Promise<boolean> {
    this.#stop();
    return this.#inTime(() => this.#store.release(this.lease));
  }

  /** What happened is not known: the lease ends now, and the next call goes by `onLeaseExpired`. Never rejects. */
  async abandon(): Promise<void> {
    this.#stop();
    await this.#inTime(() => this.#store.renew(this.lease, 0)).catch(() => undefined);
  }

  #inTime<T>(call: () => Promise<T>): Promise<T> {
    return inTime(this.#policy.clock, this.#policy.storeTimeoutMs, call);
  }

  #schedule(): void {
    const { clock, leaseMs } = this.#policy;
    this.#timer = clock.setTimer(() => void this.#renew(), leaseMs / 3);
  }

  #stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  async #renew(): Promise<void> {
    const { clock, leaseMs, maxRunMs } = this.#policy;
    if (clock.now() - this.#startedAt >= maxRunMs) {
      this.#stop();
      return;
    }
    // A renewal that fails is tried again a third of a lease later.
    const isOurs = await this.#inTime(() => this.#store.renew(this.lease, leaseMs)).catch(() => true);
    if (this.#timer === undefined) return;
    if (isOurs || this.#recordedInTx) this.#schedule();
    else {
      this.#stop();
      this.#lost ??= new AbortController();
      this.#lost.abort(new LeaseLostError());
    }
  }
}
