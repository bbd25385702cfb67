/** What the producers were told, against what happened. */
export interface History {
  /** Reads one line of a producer or worker. */
  read(line: string): void;
  /** Events without an answer, which their sender delivers again. */
  unanswered(): string[];
  readonly accepted: ReadonlySet<string>;
  readonly figures: Readonly<HistoryFigures>;
}

export interface HistoryFigures {
  /** Deliveries answered with `duplicate`. */
  duplicates: number;
  /** Deliveries that failed, and were tried again. */
  refusals: number;
  /** Jobs that ran again after their effect was made. */
  repeatedRuns: number;
}

export function createHistory(): History {
  const tried = new Set<string>();
  const accepted = new Set<string>();
  const figures: HistoryFigures = { duplicates: 0, refusals: 0, repeatedRuns: 0 };
  return {
    accepted,
    figures,
    unanswered: () => [...tried],
    read: (line) => {
      const [word, id = ''] = line.split(' ');
      if (word === 'try' && !accepted.has(id)) tried.add(id);
      else if (word === 'refused') figures.refusals += 1;
      else if (word === 'again') figures.repeatedRuns += 1;
      else if (word === 'accepted' || word === 'duplicate') {
        if (word === 'duplicate') figures.duplicates += 1;
        tried.delete(id);
        accepted.add(id);
      }
    },
  };
}

export interface Verdict {
  readonly lost: number;
  readonly doubled: number;
  readonly violations: string[];
}

/**
 * Every accepted event has its effect, and no event has it twice. An event that was tried and never answered may
 * have its effect or not, but not two of them.
 */
export function judge(accepted: ReadonlySet<string>, effects: ReadonlyMap<string, number>): Verdict {
  const lost = [...accepted].filter((id) => !effects.has(id));
  const doubled = [...effects].filter(([, count]) => count > 1);
  return {
    lost: lost.length,
    doubled: doubled.length,
    violations: [
      ...lost.map((id) => `the event ${id} was accepted and has no effect`),
      ...doubled.map(([id, count]) => `the event ${id} has its effect ${count} times`),
    ],
  };
}
