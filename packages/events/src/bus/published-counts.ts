import { type EventPublished, type PublishOutcome, publishedChannel, tell } from '../channels.ts';

/** How publishes ended in this process. */
export class PublishedCounts {
  readonly #bus: string;
  readonly #counts: Record<PublishOutcome, number> = {
    published: 0,
    outbox: 0,
    duplicate: 0,
    refused: 0,
    failed: 0,
    'dead-lettered': 0,
  };

  constructor(bus: string) {
    this.#bus = bus;
  }

  add(eventType: unknown, outcome: PublishOutcome): void {
    this.#counts[outcome] += 1;
    tell<EventPublished>(publishedChannel, () => ({ bus: this.#bus, eventType: String(eventType), outcome }));
  }

  get(): Readonly<Record<PublishOutcome, number>> {
    return { ...this.#counts };
  }
}
