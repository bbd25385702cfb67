/** What other parts of this package do with an instance and applications do not. */
export interface Internals {
  /** Somebody reads exemplars. */
  wantExemplars(): void;
  onPush(outcome: string): void;
  /** A collector of a foreign metric failed or took too long. */
  onCollectorFailure(): void;
  /** Brings the values up to date that are only known at a scrape. */
  refresh(): Promise<void>;
}

const internals = new WeakMap<object, Internals>();

export function setInternals(instance: object, its: Internals): void {
  internals.set(instance, its);
}

/** Undefined for an instance of another copy of this package. */
export function internalsOf(instance: object): Internals | undefined {
  return internals.get(instance);
}
