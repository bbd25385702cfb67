/** What every group must have been given, told from the history alone. */
import { GROUPS, type GroupName, type NewEvent, type Type } from './history.ts';

/** An event that was committed. */
export interface Known extends NewEvent {
  readonly id: string;
  /** By which way it came: between those of the two there is no order. */
  readonly isOutbox: boolean;
  readonly publishedAt: number;
}

export interface Delivery {
  readonly id: string;
  readonly isReplay: boolean;
}

interface Membership {
  readonly types: '*' | Type;
  readonly ordered: boolean;
  /** What it has to handle at least once. */
  readonly owed: Set<string>;
  /** What it may be given, too: it may have been in the outbox still when the group began. */
  readonly allowed: Set<string>;
  readonly handled: Delivery[];
  readonly died: Set<string>;
  readonly replays: Map<string, number>;
}

export class Oracle {
  readonly known: Known[] = [];
  readonly undone = new Set<string>();
  readonly members = new Map<GroupName, Membership>();
  readonly violations: string[] = [];
  readonly #running = new Map<string, string>();

  published(event: Known): void {
    this.known.push(event);
    for (const member of this.members.values()) if (wants(member, event)) member.owed.add(event.id);
  }

  /** A group that is there goes on where it was. */
  joined(group: GroupName, types: '*' | Type, ordered: boolean, from: number): void {
    if (this.members.has(group)) return;
    const fresh: Membership = {
      types,
      ordered,
      owed: new Set(),
      allowed: new Set(),
      handled: [],
      died: new Set(),
      replays: new Map(),
    };
    for (const event of this.known) {
      if (!wants(fresh, event)) continue;
      // One that was given to the outbox comes into the log when the relay brings it there.
      if (event.publishedAt >= from) fresh.owed.add(event.id);
      else if (event.isOutbox) fresh.allowed.add(event.id);
    }
    this.members.set(group, fresh);
  }

  left(group: GroupName): void {
    this.members.delete(group);
  }

  replayed(group: GroupName, from: number): void {
    const member = this.members.get(group);
    if (member === undefined) return;
    for (const event of this.known)
      if (wants(member, event) && event.publishedAt >= from && !event.isOutbox)
        member.replays.set(event.id, (member.replays.get(event.id) ?? 0) + 1);
  }

  /** @returns what is to be called when the handler has ended */
  began(group: GroupName, id: string, isReplay: boolean): (isHandled: boolean) => void {
    const member = this.members.get(group);
    const event = this.known.find((each) => each.id === id);
    if (this.undone.has(id)) this.violations.push(`${group} was given ${id}, which was rolled back`);
    else if (event === undefined) this.violations.push(`${group} was given ${id}, which nobody published`);
    else if (member !== undefined && !wants(member, event))
      this.violations.push(`${group} was given ${id} of type ${event.type}`);
    // One that was dead is run again beside its line.
    const isInLine = member?.ordered && !isReplay && !member.died.has(id);
    const line = isInLine && event?.key !== undefined ? `${group}/${event.key}` : undefined;
    if (line !== undefined) {
      const other = this.#running.get(line);
      if (other !== undefined) this.violations.push(`${line}: ${id} began while ${other} ran`);
      this.#running.set(line, id);
    }
    return (isHandled) => {
      if (line !== undefined) this.#running.delete(line);
      if (isHandled) member?.handled.push({ id, isReplay });
    };
  }

  died(group: GroupName, id: string): void {
    this.members.get(group)?.died.add(id);
  }

  /** What a group still has to handle; dead letters count as handled unless `withDead`. */
  missing(group: GroupName, withDead: boolean): readonly string[] {
    const member = this.members.get(group);
    if (member === undefined) return [];
    const times = (id: string, isReplay: boolean) =>
      member.handled.filter((each) => each.id === id && each.isReplay === isReplay).length;
    const isExcused = (id: string) => !withDead && member.died.has(id);
    const own = [...member.owed].filter((id) => times(id, false) === 0 && !isExcused(id));
    const again = [...member.replays].filter(([id, count]) => times(id, true) < count && !isExcused(id));
    return [...own, ...again.map(([id]) => `${id} again`)];
  }

  /** At the end of a history. */
  judge(): readonly string[] {
    for (const group of GROUPS) {
      const member = this.members.get(group);
      if (member === undefined) continue;
      for (const id of this.missing(group, true)) this.violations.push(`${group} never handled ${id}`);
      for (const { id, isReplay } of member.handled)
        if (!isReplay && !member.owed.has(id) && !member.allowed.has(id))
          this.violations.push(`${group} was given ${id}, which is older than itself`);
      if (member.ordered) this.#judgeOrder(group, member);
    }
    return this.violations;
  }

  /** A dead letter does not hold up its key, and comes later. */
  #judgeOrder(group: GroupName, { handled, died }: Membership): void {
    const place = new Map(this.known.map(({ id }, index) => [id, index]));
    const lane = new Map(
      this.known.map(({ id, key, isOutbox }) => [id, key && `${key}, ${isOutbox ? 'outbox' : 'direct'}`]),
    );
    const last = new Map<string, string>();
    const seen = new Set<string>();
    for (const { id, isReplay } of handled) {
      const of = lane.get(id);
      if (isReplay || of === undefined || died.has(id) || seen.has(id)) continue;
      seen.add(id);
      const before = last.get(of);
      if (before !== undefined && (place.get(before) ?? 0) > (place.get(id) ?? 0))
        this.violations.push(`${group} handled ${id} of ${of} after ${before}`);
      last.set(of, id);
    }
  }
}

function wants({ types }: Pick<Membership, 'types'>, { type }: NewEvent): boolean {
  return types === '*' || types === type;
}
