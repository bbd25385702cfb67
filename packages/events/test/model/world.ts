/** Two buses of one name on one file, as two processes have them, and what a history does to them. */
import { join } from 'node:path';
import { ManualClock } from '@holdfast/context/testing';
import Database from 'better-sqlite3';
import { createEventBus, type EventBus, type EventBusOptions, type Subscription } from '../../src/index.ts';
import { temporaryFolder } from '../engines.ts';
import { GROUPS, type GroupName, type NewEvent, type Side, type Step } from './history.ts';
import { type Known, Oracle } from './oracle.ts';

const SETTINGS = { maxRetries: 2, backoff: { initialDelayMs: 0, maxDelayMs: 0 }, circuit: false } as const;
const LONG_MS = 600_000;
/** How much of the clock's time goes by with each turn that is waited. */
const TURN_MS = 20;

interface Handling {
  readonly side: Side;
  readonly subscription: Subscription;
  isPaused: boolean;
}

export class World {
  readonly oracle = new Oracle();
  readonly #clock = new ManualClock();
  readonly #folder = temporaryFolder();
  readonly #db: Database.Database;
  readonly #name: string;
  readonly #where: Pick<EventBusOptions, 'backend' | 'connection'>;
  readonly #buses: EventBus[];
  readonly #handling = new Map<GroupName, Handling>();
  readonly #failures = new Map<string, number>();
  #count = 0;
  #isHealed = false;

  /** @param where default a SQLite file of its own */
  constructor(name: string, where?: Pick<EventBusOptions, 'backend' | 'connection'>) {
    this.#name = name;
    this.#where = where ?? { backend: { file: join(this.#folder.path, 'events.db') } };
    this.#db = new Database(join(this.#folder.path, 'app.db'));
    this.#db.pragma('journal_mode = WAL');
    this.#buses = [this.#open(), this.#open()];
  }

  async run(steps: readonly Step[]): Promise<readonly string[]> {
    for (const step of steps) await this.#do(step);
    await this.#heal();
    return this.oracle.judge();
  }

  async close(): Promise<void> {
    await Promise.all(this.#buses.map((bus) => bus.close()));
    this.#db.close();
    this.#folder.remove();
  }

  async #do(step: Step): Promise<void> {
    switch (step.does) {
      case 'publish':
        return this.#publish(step.side, step.events);
      case 'publish again':
        return this.#publishAgain(step.side, step.pick);
      case 'transact':
        return this.#transact(step.side, step.events, step.isUndone);
      case 'subscribe':
        return this.#subscribe(step);
      case 'leave':
        return this.#leave(step.group);
      case 'pause':
      case 'resume':
        return this.#pause(step.group, step.does === 'pause');
      case 'redrive':
        return this.#redrive(step.group);
      case 'remove':
        return this.#remove(step.group);
      case 'replay':
        return this.#replay(step.group, step.pick);
      case 'reopen':
        return this.#reopen(step.side);
      case 'pass time':
        return this.#clock.advance(step.ms);
      case 'await those that run':
        return this.#awaitAll((group) => this.#handling.get(group)?.isPaused === false);
    }
  }

  async #publish(side: Side, events: readonly NewEvent[]): Promise<void> {
    const all = events.map((event) => this.#new(event, false));
    const published = await Promise.all(
      all.map(({ id, type, key }) =>
        this.#bus(side).publish(type, id, {}, { id, ...(key !== undefined && { key }) }),
      ),
    );
    for (const event of all) this.oracle.published(event);
    this.#expect(
      published.every(({ status }) => status === 'published'),
      'a new event was no new one',
    );
  }

  async #publishAgain(side: Side, pick: number): Promise<void> {
    const direct = this.oracle.known.filter(({ isOutbox }) => !isOutbox);
    const known = direct[pick % Math.max(1, direct.length)];
    if (known === undefined) return;
    const { status } = await this.#bus(side).publish(known.type, known.id, {}, { id: known.id });
    this.#expect(status === 'duplicate', `${known.id} was published twice`);
  }

  async #transact(side: Side, events: readonly NewEvent[], isUndone: boolean): Promise<void> {
    await this.#bus(side).ready();
    const all = events.map((event) => this.#new(event, true));
    const undo = new Error('undone');
    try {
      this.#db.transaction(() => {
        for (const { id, type, key } of all) {
          const tx = { db: this.#db };
          this.#bus(side).publish(type, id, {}, { tx, id, ...(key !== undefined && { key }) });
        }
        if (isUndone) throw undo;
      })();
    } catch (error) {
      if (error !== undo) throw error;
    }
    for (const event of all) {
      if (isUndone) this.oracle.undone.add(event.id);
      else this.oracle.published(event);
    }
  }

  async #subscribe(step: Extract<Step, { does: 'subscribe' }>): Promise<void> {
    const { group, side } = step;
    if (this.#handling.has(group)) return;
    const { types, ordered } = this.oracle.members.get(group) ?? step;
    const middle = this.oracle.known[Math.floor(this.oracle.known.length / 2)]?.publishedAt ?? 0;
    const from = step.from === 'a time' ? middle : step.from;
    const since = from === 'now' ? Number.POSITIVE_INFINITY : from === 'start' ? 0 : from;
    // Before: what a relay brings into the log meanwhile may come, too.
    this.oracle.joined(group, types, ordered, since);
    const handler = (event: Parameters<World['handle']>[1]) => this.handle(group, event);
    const options = { ...SETTINGS, from, ordered, concurrency: 3, handlerTimeoutMs: LONG_MS };
    const subscription = await this.#bus(side).subscribe(group, types, handler, options);
    this.#handling.set(group, { side, subscription, isPaused: false });
  }

  async handle(
    group: GroupName,
    { id, isReplay }: { readonly id: string; readonly isReplay: boolean },
  ): Promise<void> {
    const ended = this.oracle.began(group, id, isReplay);
    await new Promise((resolve) => setImmediate(resolve));
    const isWell = this.#isWell(group, id);
    ended(isWell);
    if (!isWell) throw new Error(`${id} fails`);
  }

  #isWell(group: GroupName, id: string): boolean {
    const fate = this.oracle.known.find((each) => each.id === id)?.fates[group] ?? 0;
    if (this.#isHealed || fate === 0) return true;
    if (fate === 'dies') return false;
    const failures = (this.#failures.get(`${group}/${id}`) ?? 0) + 1;
    this.#failures.set(`${group}/${id}`, failures);
    return failures > fate;
  }

  async #leave(group: GroupName): Promise<void> {
    const handling = this.#handling.get(group);
    this.#handling.delete(group);
    await handling?.subscription.close();
  }

  async #pause(group: GroupName, isPaused: boolean): Promise<void> {
    const handling = this.#handling.get(group);
    if (handling === undefined) return;
    handling.isPaused = isPaused;
    await (isPaused ? handling.subscription.pause() : handling.subscription.resume());
  }

  async #redrive(group: GroupName): Promise<void> {
    if (!this.oracle.members.has(group)) return;
    const letters = await this.#bus(0).deadLetters(group);
    for (const { id } of (await letters.list()).items) await letters.redrive(id);
  }

  async #remove(group: GroupName): Promise<void> {
    // Nothing of it may be on its way: what a dispatcher adds at that moment may stay.
    await this.#awaitAll((each) => each === group && this.#handling.get(group)?.isPaused === false);
    const { side } = this.#handling.get(group) ?? { side: 0 };
    this.#handling.delete(group);
    await this.#untilHandedOut();
    const wasKnown = await this.#bus(side).removeGroup(group);
    this.#expect(wasKnown === this.oracle.members.has(group), `removeGroup said ${wasKnown}`);
    this.oracle.left(group);
  }

  async #replay(group: GroupName, pick: number): Promise<void> {
    if (!this.oracle.members.has(group)) return;
    const from = this.oracle.known[pick % Math.max(1, this.oracle.known.length)]?.publishedAt ?? 0;
    this.oracle.replayed(group, from);
    await this.#bus(1).replay({ group, from });
  }

  async #reopen(side: Side): Promise<void> {
    for (const [group, handling] of this.#handling) if (handling.side === side) this.#handling.delete(group);
    await this.#bus(side).close();
    this.#buses[side] = this.#open();
  }

  /** Every group is there, nothing fails any more, and what died is run again. */
  async #heal(): Promise<void> {
    this.#isHealed = true;
    for (const group of GROUPS) {
      if (!this.oracle.members.has(group)) continue;
      await this.#subscribe({
        does: 'subscribe',
        side: 1,
        group,
        types: '*',
        from: 'now',
        ordered: false,
      });
      await this.#pause(group, false);
    }
    await this.#awaitAll(() => true);
    for (const group of this.oracle.members.keys()) await this.#redrive(group);
    await this.#until(() => GROUPS.every((group) => this.oracle.missing(group, true).length === 0));
  }

  #awaitAll(isMeant: (group: GroupName) => boolean): Promise<void> {
    return this.#until(() =>
      GROUPS.filter(isMeant).every((group) => this.oracle.missing(group, false).length === 0),
    );
  }

  async #untilHandedOut(): Promise<void> {
    for (;;) {
      const { outbox, groups } = await this.#bus(0).getLag();
      if (outbox?.pending === 0 && Object.values(groups).every((lag) => lag === 0)) return;
      await this.#turn();
    }
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await this.#turn();
  }

  #turn(): Promise<void> {
    return this.#clock.advance(TURN_MS);
  }

  #new(event: NewEvent, isOutbox: boolean): Known {
    this.#count += 1;
    return { ...event, id: `e${this.#count}`, isOutbox, publishedAt: this.#clock.wallTime() };
  }

  #open(): EventBus {
    return createEventBus({
      ...this.#where,
      name: this.#name,
      outbox: { file: this.#db.name },
      clock: this.#clock,
      timeoutMs: LONG_MS,
      pollIntervalMs: 1,
      onDeadLetter: ({ id }, _error, group) => this.oracle.died(group as GroupName, id),
      onError: (error) => this.oracle.violations.push(`onError: ${error.message}`),
    });
  }

  #bus(side: Side): EventBus {
    const bus = this.#buses[side];
    if (bus === undefined) throw new Error(`no bus ${side}`);
    return bus;
  }

  #expect(isTrue: boolean, what: string): void {
    if (!isTrue) this.oracle.violations.push(what);
  }
}
