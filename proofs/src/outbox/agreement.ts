import type { Order } from './shop.ts';

export interface Agreement {
  /** Deliveries after the first of an event. */
  readonly doubles: number;
  readonly violations: readonly string[];
}

/** Holds what was committed against what was delivered: all of it, nothing else, each key in the order of its commits. */
export function agree(orders: readonly Order[], effects: readonly Order[]): Agreement {
  const violations: string[] = [];
  const committed = new Set(orders.map(({ id }) => id));
  const first = new Map<string, Order>();
  for (const effect of effects) if (!first.has(effect.id)) first.set(effect.id, effect);
  for (const { id, key, n } of orders)
    if (!first.has(id))
      violations.push(`order ${n} of ${key} was committed and its event never delivered (${id})`);
  for (const { id, key, n } of first.values())
    if (!committed.has(id))
      violations.push(`an event of ${key} was delivered whose order ${n} was not committed (${id})`);
  const last = new Map<string, number>();
  for (const { key, n } of first.values()) {
    if (n <= (last.get(key) ?? 0))
      violations.push(`order ${n} of ${key} was delivered after order ${last.get(key)}`);
    last.set(key, n);
  }
  return { doubles: effects.length - first.size, violations };
}
