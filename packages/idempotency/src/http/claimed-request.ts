import {
  decodeRecord,
  encodeNotReplayable,
  encodeResponse,
  type StoredResponse,
} from '../claim/record-codec.ts';
import type { Run } from '../claim/run.ts';
import { IdempotencyOptionError } from '../errors.ts';
import type { Tx } from '../stores/store.ts';
import type { PgTx } from '../transaction/pg-client.ts';
import type { PrismaTx } from '../transaction/prisma-client.ts';
import type { SqliteTx } from '../transaction/sqlite-database.ts';
import { answerOf, inProgress, keptHeaders, type Reader, refusalAnswer } from './answers.ts';
import { decodedBody } from './content-encoding.ts';
import type { AnswerInit, HttpSettings } from './options.ts';
import type { ResponseKeeper } from './response-capture.ts';

/** What a handler finds as `req.idempotency`. */
export interface RequestIdempotency {
  /** The client's key; undefined where it sent none, and then nothing is recorded. */
  readonly key: string | undefined;
  /** Fencing token: grows with each claim of the key; 0 where nothing is recorded. */
  readonly token: number;
  /** Aborts when another request has taken over, with `run-again`. */
  readonly signal: AbortSignal | undefined;
  /**
   * Writes the answer in your transaction: it commits with your rows or not at all, and is what every request with the
   * key gets, this one included. Call it last in the transaction; answer after the commit. With `{ db }` it is written
   * when this returns.
   * @throws LeaseLostError when another request has taken over: roll back
   */
  complete(tx: SqliteTx, answer: AnswerInit): void;
  complete(tx: PgTx | PrismaTx, answer: AnswerInit): Promise<void>;
  /** Nothing happened: whatever is answered is not kept, and the key is free again. */
  release(): void;
}

/** A request without a key, or without protection: there is nothing to record. */
export class PassiveRequest implements RequestIdempotency {
  readonly key: string | undefined;
  readonly token = 0;
  readonly signal = undefined;

  constructor(key: string | undefined) {
    this.key = key;
  }

  complete(tx: SqliteTx): void;
  complete(tx: PgTx | PrismaTx): Promise<void>;
  complete(tx: Tx): void | Promise<void> {
    return 'db' in tx ? undefined : Promise.resolve();
  }

  release(): void {}
}

const SHED = 429;
const UNAVAILABLE_STATUS = 503;

/** A request that is to be handled: what its handler may say about it, and what is kept of its answer. */
export interface HttpRun extends RequestIdempotency, ResponseKeeper {
  readonly key: string;
  readonly signal: AbortSignal;
}

/** A claimed request. */
export class ClaimedRequest implements HttpRun {
  readonly key: string;
  readonly #run: Run;
  readonly #settings: HttpSettings;
  readonly #reader: Reader;
  #isReleased = false;

  constructor(run: Run, settings: HttpSettings, key: string, reader: Reader) {
    this.#run = run;
    this.#settings = settings;
    this.key = key;
    this.#reader = reader;
  }

  get token(): number {
    return this.#run.lease.token;
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }

  get maxResponseBytes(): number {
    return this.#settings.maxResponseBytes;
  }

  complete(tx: SqliteTx, init: AnswerInit): void;
  complete(tx: PgTx | PrismaTx, init: AnswerInit): Promise<void>;
  complete(tx: Tx, init: AnswerInit): void | Promise<void> {
    const answer = this.#kept(answerOf(init));
    if (answer.body.length > this.maxResponseBytes) {
      throw new IdempotencyOptionError(
        'body',
        `complete: the body has ${answer.body.length} bytes; maxResponseBytes is ${this.maxResponseBytes}.`,
      );
    }
    return this.#run.completeIn(tx, encodeResponse(answer));
  }

  release(): void {
    this.#isReleased = true;
  }

  async finish(answer: StoredResponse): Promise<StoredResponse | undefined> {
    try {
      if (this.#saysNothingHappened(answer.status)) {
        if (await this.#run.release()) return undefined;
      } else if (!this.#isKept(answer.status)) {
        await this.#run.abandon();
        return undefined;
      }
      return await this.#record(await this.#encoded(answer));
    } catch {
      // The store does not answer. What happened has happened, and the client is told; the key is refused from now on.
      return undefined;
    }
  }

  async finishTooLarge(status: number): Promise<StoredResponse | undefined> {
    return this.#isKept(status) && !this.#isReleased
      ? this.#record(encodeNotReplayable()).catch(() => undefined)
      : this.finish({ status, headers: {}, body: new Uint8Array(0) });
  }

  async #record(result: Uint8Array): Promise<StoredResponse | undefined> {
    const outcome = await this.#run.complete(result);
    if (outcome.status === 'stored') return undefined;
    // Another request has taken over, and its answer is the one that counts.
    if (outcome.status === 'lost') return refusalAnswer(inProgress(1000), this.#reader);
    const kept = decodeRecord(outcome.result);
    return kept.kind === 'response' ? kept.response : undefined;
  }

  /** Said by the handler, by its rolled-back transaction, or by 429, which nobody answers after an effect. */
  #saysNothingHappened(status: number): boolean {
    return this.#isReleased || status === SHED || (status >= 500 && this.#run.recordedInTx);
  }

  #isKept(status: number): boolean {
    return status < 500 || (this.#settings.storeServerErrors && status !== UNAVAILABLE_STATUS);
  }

  #kept(answer: StoredResponse): StoredResponse {
    return { ...answer, headers: keptHeaders(answer.headers, this.#settings.replayHeaders) };
  }

  /** Kept without its content encoding, since the next client may not understand it. */
  async #encoded(answer: StoredResponse): Promise<Uint8Array> {
    const body = await decodedBody(answer, this.#settings.maxResponseBytes);
    return body === undefined ? encodeNotReplayable() : encodeResponse(this.#kept({ ...answer, body }));
  }
}
