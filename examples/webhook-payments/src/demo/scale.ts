import { type BadInput, badInput } from '../senders/bad-input.ts';
import { mixed, type WebhookFixture } from '../senders/fixture.ts';
import { paymentFixtures } from '../senders/payments.ts';
import { githubFixtures } from './fixtures/github.ts';
import type { Scale } from './options.ts';

/** How much a run does. */
export interface Plan {
  /** In the order in which they arrive. */
  fixtures: WebhookFixture[];
  /** Those that are delivered twice. */
  repeated: ReadonlySet<string>;
  bad: BadInput[];
  /** Deliveries begun per second. */
  ratePerSecond: number;
  kills: number;
  /** How many dead letters are redriven at the end. */
  redrives: number;
}

const SMALL_GITHUB = 40;
const SMALL_PAYMENTS = 60;
const FULL_PAYMENTS = 600;
const REPEATED_EVERY = 9;

export function planFor(scale: Scale): Plan {
  return scale === 'full' ? fullPlan() : smallPlan();
}

function fullPlan(): Plan {
  const all = [...githubFixtures(), ...paymentFixtures(FULL_PAYMENTS)];
  return { ...plan(all, 3), ratePerSecond: 55, kills: 3, redrives: 6 };
}

function smallPlan(): Plan {
  const all = [...githubFixtures().slice(0, SMALL_GITHUB), ...paymentFixtures(SMALL_PAYMENTS)];
  return { ...plan(all, 1), ratePerSecond: 20, kills: 1, redrives: 1 };
}

function plan(
  all: readonly WebhookFixture[],
  badRounds: number,
): Pick<Plan, 'fixtures' | 'repeated' | 'bad'> {
  const fixtures = mixed(all, (fixture) => fixture.eventId);
  const repeated = fixtures
    .filter((_, index) => index % REPEATED_EVERY === 0)
    .map((fixture) => fixture.eventId);
  const bad = mixed(badInput(badRounds), (input) => input.fixture.eventId);
  return { fixtures, repeated: new Set(repeated), bad };
}
