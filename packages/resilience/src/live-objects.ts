import { COLLECT_CHANNEL, type CollectRequest, subscribeSafely } from '@holdfast/context/channels';

/** Something whose state is asked for at each scrape. */
export interface Observable {
  snapshot(): object;
}

/** The live objects of one kind. They are held weakly: whoever drops a circuit need not close it. */
export class LiveObjects {
  readonly #kind: string;
  readonly #references = new Set<WeakRef<Observable>>();
  readonly #collected = new FinalizationRegistry<WeakRef<Observable>>((reference) => {
    this.#references.delete(reference);
  });
  #subscribed = false;

  constructor(kind: string) {
    this.#kind = kind;
  }

  add(object: Observable): void {
    const reference = new WeakRef(object);
    this.#references.add(reference);
    this.#collected.register(object, reference);
    if (this.#subscribed) return;
    this.#subscribed = true;
    subscribeSafely<CollectRequest>(COLLECT_CHANNEL, (request) => this.#answer(request));
  }

  #answer(request: CollectRequest): void {
    for (const reference of this.#references) {
      const object = reference.deref();
      if (object !== undefined) request.add(this.#kind, object.snapshot());
    }
  }
}
