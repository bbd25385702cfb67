/** What other parts of this package do with an instance and applications do not. */
export interface Internals {
  /** Somebody reads exemplars. */
  wantExemplars(): void;
  onPush(outcome: string): void;
}

const internals = new WeakMap<object, Internals>();

export function setInternals(instance: object, its: Internals): void {
  internals.set(instance, its);
}

/** Undefined for an instance of another copy of this package. */
export function internalsOf(instance: object): Internals | undefined {
  return internals.get(instance);
}
