import { type Effect, isInTransaction, kindOf, runsAgain } from './kinds.ts';

/** What the clients saw of a key. */
export interface KeyHistory {
  readonly key: string;
  /** The effect ids of every answer, in the order in which they came. */
  readonly answers: readonly string[];
  /** The last word, asked when all faults were over. */
  readonly last: 'done' | 'unknown' | 'none';
}

export interface Verdict {
  readonly violations: readonly string[];
  /** Keys with more than one effect where that is documented: `run-again` without a transaction. */
  readonly documentedDoubles: number;
}

/** @param joins whether the store can commit the record in the application's transaction */
export function check(histories: readonly KeyHistory[], effects: readonly Effect[], joins: boolean): Verdict {
  const idsOf = Map.groupBy(effects, ({ key }) => key);
  const violations: string[] = [];
  let documentedDoubles = 0;
  for (const { key, answers, last } of histories) {
    const kind = kindOf(key);
    const ids = (idsOf.get(key) ?? []).map(({ id }) => id);
    const isTogether = joins && isInTransaction(kind);
    const isWeak = runsAgain(kind) && !isTogether;
    const distinct = new Set(answers);
    const stray = answers.find((id) => !ids.includes(id));
    if (stray !== undefined) violations.push(`${key}: answered ${stray}, an effect that was not committed`);
    if (ids.length > 1) {
      if (isWeak) documentedDoubles += 1;
      else violations.push(`${key}: ${ids.length} effects (${ids.join(', ')})`);
    }
    if (distinct.size > 1 && !isWeak)
      violations.push(`${key}: different answers (${[...distinct].join(', ')})`);
    if (isTogether && ids.length > 0 && last !== 'done')
      violations.push(`${key}: its effect was committed with its record, and the last answer was "${last}"`);
    if (runsAgain(kind) && last !== 'done')
      violations.push(`${key}: runs again, and yet the last answer was "${last}"`);
  }
  const known = new Set(histories.map(({ key }) => key));
  const foreign = effects.find(({ key }) => !known.has(key));
  if (foreign !== undefined) violations.push(`an effect for ${foreign.key}, which nobody asked for`);
  return { violations, documentedDoubles };
}
