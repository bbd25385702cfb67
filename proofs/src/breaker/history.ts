/** One random history of calls, outcomes and waits, run through the breaker and through the model at once. */
import { ManualClock } from '@holdfast/context/testing';
import { CircuitBreaker } from '@holdfast/resilience';
import type { Random } from '../harness/random.ts';
import { CircuitModel, type ModelCall, type ModelSettings, type Outcome } from './model.ts';

export interface HistoryResult {
  readonly figures: Readonly<Record<(typeof COUNTED)[number], number>>;
  readonly violations: readonly string[];
}

export const COUNTED = ['calls', 'refusals', 'timeouts', 'staleOutcomes', 'openings', 'recoveries'] as const;

/** Far longer than a history takes, so that the window is emptied only by a wait of its length. */
const WINDOW_MS = 1_000_000_000;
const STEPS = 100;
const TURN_RATIO = 0.1;
const NEUTRAL_RATIO = 0.1;
/** So often a well dependency fails, and an ill one answers. */
const EXCEPTION_RATIO = 0.15;

interface RunningCall {
  readonly id: number;
  readonly model: ModelCall;
  readonly work: PromiseWithResolvers<string>;
  /** What the caller was told, once it was. */
  answer: string | undefined;
  /** What the model expects the caller to be told. */
  expected: string | undefined;
}

export async function runHistory(random: Random): Promise<HistoryResult> {
  const history = new History(random);
  for (let step = 0; step < STEPS && history.violations.length === 0; step += 1) await history.step();
  return { figures: history.figures, violations: history.violations };
}

class History {
  readonly violations: string[] = [];
  readonly figures: Record<(typeof COUNTED)[number], number> = {
    calls: 0,
    refusals: 0,
    timeouts: 0,
    staleOutcomes: 0,
    openings: 0,
    recoveries: 0,
  };
  readonly #random: Random;
  readonly #settings: ModelSettings;
  readonly #model: CircuitModel;
  readonly #clock = new ManualClock();
  readonly #breaker: CircuitBreaker;
  readonly #log: string[] = [];
  #running: RunningCall[] = [];
  #nextId = 1;
  #healthy = true;

  constructor(random: Random) {
    this.#random = random;
    this.#settings = settingsOf(random);
    this.#model = new CircuitModel(this.#settings);
    const { resetTimeoutMs, timeoutMs, ...same } = this.#settings;
    this.#breaker = new CircuitBreaker({
      ...same,
      name: 'proof',
      timeout: timeoutMs,
      resetTimeout: resetTimeoutMs,
      resetTimeoutJitterRatio: 0,
      windowSize: WINDOW_MS,
      clock: this.#clock,
    });
  }

  async step(): Promise<void> {
    const before = this.#model.state;
    const dice = this.#random.next();
    const [first, ...rest] = this.#running;
    if (dice < 0.45) await this.#call();
    else if (dice < 0.85 && first !== undefined) await this.#settle(this.#random.pick([first, ...rest]));
    else if (dice < 0.99) await this.#wait(this.#random.between(1, 2 * this.#settings.resetTimeoutMs));
    else await this.#wait(2 * WINDOW_MS);
    this.#compare();
    this.#count(before);
  }

  async #call(): Promise<void> {
    const id = this.#nextId;
    this.#nextId += 1;
    const model = this.#model.call();
    const call = { id, model, work: Promise.withResolvers<string>(), answer: undefined, expected: undefined };
    let started = false;
    const told: { answer: string | undefined } = model === undefined ? call : this.#add({ ...call, model });
    this.#breaker
      .execute(() => {
        started = true;
        return call.work.promise;
      })
      .then(
        (value: unknown) => void (told.answer = String(value)),
        (error: unknown) => void (told.answer = nameOf(error)),
      );
    await this.#clock.advance(0);
    this.figures.calls += 1;
    this.#log.push(`call ${id}`);
    if (started !== (model !== undefined)) this.#violated(`call ${id} was ${started ? 'let in' : 'refused'}`);
    if (model !== undefined) return;
    this.figures.refusals += 1;
    if (told.answer !== 'CircuitOpenError') this.#violated(`the refused call ${id} was told ${told.answer}`);
  }

  #add(call: RunningCall): RunningCall {
    this.#running.push(call);
    return call;
  }

  async #settle(call: RunningCall): Promise<void> {
    const outcome = this.#nextOutcome();
    this.#log.push(`${outcome} of ${call.id}`);
    if (!this.#model.counts(call.model)) this.figures.staleOutcomes += 1;
    if (call.expected === undefined) this.#model.settle(call.model, outcome);
    if (outcome === 'success') call.work.resolve(`value ${call.id}`);
    else call.work.reject(errorOf(outcome, call.id));
    call.expected ??= outcome === 'success' ? `value ${call.id}` : `${outcome} ${call.id}`;
    this.#running = this.#running.filter((other) => other !== call);
    await this.#clock.advance(0);
    if (call.answer !== call.expected)
      this.#violated(`call ${call.id} was told ${call.answer}, not ${call.expected}`);
  }

  /** The dependency is well for a while and ill for a while. */
  #nextOutcome(): Outcome {
    if (this.#random.chance(TURN_RATIO)) this.#healthy = !this.#healthy;
    if (this.#random.chance(NEUTRAL_RATIO)) return 'neutral';
    return this.#random.chance(EXCEPTION_RATIO) === this.#healthy ? 'failure' : 'success';
  }

  /** Time passes; calls that reach their limit on the way fail at that very moment. */
  async #wait(ms: number): Promise<void> {
    this.#log.push(`wait ${ms}`);
    const until = this.#model.now + ms;
    const due = this.#running.filter(
      ({ model, expected }) => model.deadlineAt <= until && expected === undefined,
    );
    for (const call of due.toSorted((a, b) => a.model.deadlineAt - b.model.deadlineAt || a.id - b.id)) {
      this.#model.moveTo(call.model.deadlineAt);
      this.#model.settle(call.model, 'failure');
      call.expected = 'CallTimeoutError';
      this.figures.timeouts += 1;
    }
    this.#model.moveTo(until);
    if (ms >= WINDOW_MS) this.#model.forget();
    await this.#clock.advance(ms);
    for (const { id, answer } of due) {
      if (answer !== 'CallTimeoutError')
        this.#violated(`call ${id} reached its limit and was told ${answer}`);
    }
  }

  #compare(): void {
    const { state } = this.#breaker.getStats();
    if (state !== this.#model.state) this.#violated(`the circuit is ${state}, not ${this.#model.state}`);
  }

  #count(before: string): void {
    if (before !== this.#model.state && this.#model.state === 'OPEN') this.figures.openings += 1;
    if (before !== this.#model.state && this.#model.state === 'CLOSED') this.figures.recoveries += 1;
  }

  #violated(what: string): void {
    this.violations.push(
      `${what}; settings ${JSON.stringify(this.#settings)}; history: ${this.#log.join(', ')}`,
    );
  }
}

function settingsOf(random: Random): ModelSettings {
  return {
    failureThreshold: random.between(1, 6),
    errorThresholdPercentage: random.between(10, 100),
    volumeThreshold: random.between(1, 8),
    successThreshold: random.between(1, 4),
    halfOpenMaxCalls: random.between(1, 4),
    resetTimeoutMs: random.between(10, 200),
    timeoutMs: random.between(10, 300),
  };
}

/** `neutral` is what the caller did wrong: it says nothing about the dependency. */
function errorOf(outcome: Outcome, id: number): Error {
  const error = Object.assign(new Error(`${outcome} ${id}`), { name: `${outcome} ${id}` });
  return outcome === 'neutral' ? Object.assign(error, { statusCode: 400 }) : error;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}
