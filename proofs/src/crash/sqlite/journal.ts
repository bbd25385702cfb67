/** What the processes printed, in the order of each: the evidence from outside of the queue. */
export interface Journal {
  readonly read: (process: number, line: string) => void;
  /** Ids whose add was answered. */
  readonly confirmed: ReadonlySet<string>;
  /** The ids of each call that had no answer when its process was killed. */
  unanswered(): string[][];
  readonly runs: ReadonlyMap<string, readonly Run[]>;
  /** What workers told of errors of their own. */
  readonly errors: readonly string[];
}

/** One time that a job's processor was called. */
export interface Run {
  readonly process: number;
  readonly startedAt: bigint;
  /** When its end was committed, as far as the process came to say so. */
  doneAt: bigint | undefined;
}

export function createJournal(): Journal {
  const tried = new Set<string>();
  const confirmed = new Set<string>();
  const runs = new Map<string, Run[]>();
  const errors: string[] = [];
  return {
    confirmed,
    runs,
    errors,
    unanswered: () => [...tried].map((ids) => ids.split(' ')),
    read: (process, line) => {
      const space = line.indexOf(' ');
      const word = line.slice(0, space);
      const rest = line.slice(space + 1);
      if (word === 'try') tried.add(rest);
      else if (word === 'added') {
        tried.delete(rest);
        for (const id of rest.split(' ')) confirmed.add(id);
      } else if (word === 'start') start(runs, process, rest);
      else if (word === 'done') end(runs, process, rest);
      else if (word === 'error') errors.push(rest);
    },
  };
}

function start(runs: Map<string, Run[]>, process: number, rest: string): void {
  const [id = '', at = '0'] = rest.split(' ');
  const known = runs.get(id) ?? [];
  known.push({ process, startedAt: BigInt(at), doneAt: undefined });
  runs.set(id, known);
}

function end(runs: Map<string, Run[]>, process: number, rest: string): void {
  const [id = '', at = '0'] = rest.split(' ');
  const run = runs.get(id)?.findLast((candidate) => candidate.process === process);
  if (run !== undefined) run.doneAt = BigInt(at);
}
