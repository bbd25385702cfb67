/** What a key asks of the server; the first part of its name. */
export const KINDS = ['plain', 'again', 'tx', 'againtx'] as const;
export type Kind = (typeof KINDS)[number];

export function kindOf(key: string): Kind {
  const name = key.slice(0, key.indexOf('-'));
  return KINDS.find((kind) => kind === name) ?? 'plain';
}

/** Effect and record commit together, in one transaction of the application. */
export const isInTransaction = (kind: Kind): boolean => kind === 'tx' || kind === 'againtx';

/** An expired lease lets the next one run: without a transaction that can double an effect. */
export const runsAgain = (kind: Kind): boolean => kind === 'again' || kind === 'againtx';

export interface Effect {
  readonly key: string;
  readonly id: string;
}
