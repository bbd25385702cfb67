/** An event on its way into the log: `body` is the JSON of everything that is not a column. */
export interface EventToLog {
  readonly id: string;
  readonly type: string;
  readonly key: string | null;
  readonly body: string;
}

export interface LoggedEvent extends EventToLog {
  /** Grows with each event; an event that is seen later never has a smaller one. */
  readonly position: number;
}

/** How the jobs of a group are made: kept with the group, since another process makes them. */
export interface GroupSettings {
  readonly maxRetries: number;
  readonly backoff: { readonly initialDelayMs: number; readonly maxDelayMs: number };
  readonly ordered: boolean;
}

/** Where a group is in the log: its own way through it, and one more for each replay. */
export interface Feed {
  readonly group: string;
  /** Empty for the group's own way. */
  readonly replay: string;
  /** Undefined for every type. */
  readonly types: readonly string[] | undefined;
  readonly settings: GroupSettings;
  /** Of the last event that was handed to the group's queue. */
  readonly cursor: number;
  /** Of the last event of a replay. */
  readonly until: number | undefined;
}

export interface Join {
  readonly group: string;
  readonly types: readonly string[] | undefined;
  readonly settings: GroupSettings;
  /** Epoch ms: a new group begins with the first event that was logged then or later. `Infinity` from now. */
  readonly from: number;
  /** The group was there before the log was lost: where it is not known, it begins with all that came after the loss. */
  readonly isLost?: boolean;
}

/** What became of a call for a lease. */
export interface LeaseAnswer {
  readonly isHeld: boolean;
  /** Another text after each renewal, whoever holds it. */
  readonly beat: string;
}

/** One event of a feed that has to wait for its predecessor of the same key. */
export interface OrderedEvent {
  readonly feed: string;
  readonly key: string;
  readonly position: number;
}

export interface LookAtLines {
  /** Those that are the first of their keys. */
  readonly first: readonly OrderedEvent[];
  /** Of the last one that was looked at; undefined at the end. */
  readonly to: number | undefined;
}

/** Durable order of the events of one bus, who reads them, and how far they are. Safe for many processes. */
export interface EventLog {
  /** Adds what is not there yet, in this order. @returns the ids that were new */
  append(events: readonly EventToLog[]): Promise<ReadonlySet<string>>;
  read(after: number, limit: number): Promise<readonly LoggedEvent[]>;

  /** Makes the group, or changes its types and settings; where it was, it stays. */
  join(join: Join): Promise<void>;
  /** Begins a replay up to what is in the log now. @returns false where the group is not known */
  replay(group: string, replay: string, from: number): Promise<boolean>;
  /** Forgets the group, its replays and what waits in order. @returns whether it was known */
  leave(group: string): Promise<boolean>;
  feeds(): Promise<readonly Feed[]>;
  /** Moves cursors forward, never back; a replay that has reached its end is forgotten. */
  advance(moves: readonly { readonly feed: Feed; readonly to: number }[]): Promise<void>;
  /** The position of the newest event, 0 where there is none. */
  head(): Promise<number>;

  /**
   * Puts events in line behind those of the same key, once, however often it is asked to.
   * @param to as far as the feed has been put in line with this
   * @returns of each key the position of the first in line
   */
  line(feed: Feed, events: readonly OrderedEvent[], to: number): Promise<ReadonlyMap<string, number>>;
  /** @returns undefined where it has been handled */
  place(event: OrderedEvent): Promise<'waiting' | 'dead' | undefined>;
  /** Ends the wait of the next in line. @returns its position */
  settle(event: OrderedEvent, as: 'handled' | 'dead'): Promise<number | undefined>;
  /** Looks through so many of the events that wait in lines, the oldest first. @param after where the last look ended */
  firstInLine(limit: number, after?: number): Promise<LookAtLines>;

  /**
   * Takes or renews the lease, for all processes of the bus.
   * @param stale a beat: while it is still that one, the lease is given away before its time is up
   */
  lease(name: string, owner: string, leaseMs: number, stale?: string): Promise<LeaseAnswer>;
  release(name: string, owner: string): Promise<void>;
  /** Removes what is older and was handed to every group. @returns how many */
  trim(before: number, limit: number): Promise<number>;
  /** Calls when the log is found to have been lost, and again while what it returns rejects. */
  onLost(recover: () => Promise<void>): void;
  /** Tells those who watch in other processes that there is something to do, where they would not notice soon. */
  announce(): void;
  /** @returns a function that ends it */
  watch(onChange: () => void): () => void;
  close(): Promise<void>;
}

/** The name of a feed where one word is needed; neither part can hold the sign between them. */
export function feedName({ group, replay }: Pick<Feed, 'group' | 'replay'>): string {
  return replay === '' ? group : `${group}~${replay}`;
}
