/** What may happen to a bus, as random histories. */
import fc from 'fast-check';

export const TYPES = ['a', 'b'] as const;
export const GROUPS = ['g0', 'g1', 'g2'] as const;
export type Type = (typeof TYPES)[number];
export type GroupName = (typeof GROUPS)[number];

/** How the handlers of one group meet an event: so many failures, then well; or never, until everything is healed. */
export type Fate = 0 | 1 | 2 | 'dies';

/** Of the two buses of one name, as two processes would have them. */
export type Side = 0 | 1;

export interface NewEvent {
  readonly type: Type;
  readonly key: 'k0' | 'k1' | undefined;
  readonly fates: Readonly<Record<GroupName, Fate>>;
}

export type Step =
  | { readonly does: 'publish'; readonly side: Side; readonly events: readonly NewEvent[] }
  | { readonly does: 'publish again'; readonly side: Side; readonly pick: number }
  | {
      readonly does: 'transact';
      readonly side: Side;
      readonly events: readonly NewEvent[];
      readonly isUndone: boolean;
    }
  | {
      readonly does: 'subscribe';
      readonly side: Side;
      readonly group: GroupName;
      readonly types: '*' | Type;
      readonly from: 'now' | 'start' | 'a time';
      readonly ordered: boolean;
    }
  | { readonly does: 'leave'; readonly group: GroupName }
  | { readonly does: 'pause' | 'resume'; readonly group: GroupName }
  | { readonly does: 'redrive'; readonly group: GroupName }
  | { readonly does: 'remove'; readonly group: GroupName }
  | { readonly does: 'replay'; readonly group: GroupName; readonly pick: number }
  | { readonly does: 'reopen'; readonly side: Side }
  | { readonly does: 'pass time'; readonly ms: number }
  | { readonly does: 'await those that run' };

const side = fc.constantFrom<Side>(0, 1);
const group = fc.constantFrom<GroupName>(...GROUPS);
const fate = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Fate>(0) },
  { weight: 2, arbitrary: fc.constantFrom<Fate>(1, 2) },
  { weight: 1, arbitrary: fc.constant<Fate>('dies') },
);
const event: fc.Arbitrary<NewEvent> = fc.record({
  type: fc.constantFrom(...TYPES),
  key: fc.constantFrom('k0', 'k1', undefined),
  fates: fc.record({ g0: fate, g1: fate, g2: fate }),
});
const events = fc.array(event, { minLength: 1, maxLength: 5 });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ does: fc.constant('publish'), side, events }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('publish again'), side, pick: fc.nat() }) },
  {
    weight: 4,
    arbitrary: fc.record({ does: fc.constant('transact'), side, events, isUndone: fc.boolean() }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant('subscribe'),
      side,
      group,
      types: fc.constantFrom('*', '*', ...TYPES),
      from: fc.constantFrom('now', 'start', 'a time'),
      ordered: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('leave'), group }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('pause', 'resume'), group }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('redrive'), group }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('remove'), group }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('replay'), group, pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('reopen'), side }) },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constant('pass time'), ms: fc.integer({ min: 1, max: 4000 }) }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('await those that run') }) },
);

export const histories: fc.Arbitrary<readonly Step[]> = fc.array(step, { minLength: 5, maxLength: 25 });
