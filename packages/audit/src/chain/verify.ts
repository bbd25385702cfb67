import { AuditOptionError } from '../errors.ts';
import { checkInteger, type ResolvedOptions } from '../options.ts';
import { columns, Parameters, type ReadPort, type Row, textOf, textOrNull } from '../reading/port.ts';
import { type TenantScope, tenantScope } from '../reading/search.ts';
import { chainOf, rowHash, type SealedFields } from './row-hash.ts';

/** The end of a chain at one moment. Kept where nobody who can write to the database can write. */
export interface Anchor {
  readonly chain: string;
  /** How many changes the chain had, which is the number of the last; 0 for an empty one. */
  readonly seq: number;
  /** SHA-256 of the last link in hex; empty for an empty chain. */
  readonly hash: string;
}

/** What is wrong with the first row that does not fit. */
export type BrokenReason =
  /** The stored values are not those that were sealed. */
  | 'changed'
  /** The link does not continue the one before it. */
  | 'unlinked'
  /** A link is not there, though later ones are. */
  | 'missing-link'
  /** The link is there, what it sealed is not. */
  | 'missing-change'
  /** The chain ends before the anchor: its tail was cut. */
  | 'missing-tail'
  /** The chain has another hash where the anchor was taken: it was written anew. */
  | 'anchor-mismatch'
  /** A change is in no chain: written past it, left behind by a cut, or captured and not sealed yet. */
  | 'unsealed';

/** The first row that does not fit its chain. */
export interface BrokenRow {
  readonly reason: BrokenReason;
  readonly chain: string;
  /** Its number in the chain; 0 for a change that is in none. */
  readonly seq: number;
  /** Of the change, where there is one. */
  readonly id: string | undefined;
}

export interface VerifyOptions extends Pick<TenantScope, 'tenantId'> {
  /** An anchor that is trusted: what came before it is not read. */
  from?: Anchor;
  /** One or more anchors that the chain has to agree with. */
  anchor?: Anchor | readonly Anchor[];
  /** How many rows are in memory at once, from 1 to 10,000. @default 1000 */
  batchSize?: number;
  /** Told after each batch. */
  onProgress?: (progress: { readonly checked: number; readonly seq: number }) => void;
  /** Ends the work with the reason of the signal. */
  signal?: AbortSignal;
}

/** The answer of `verify`: how many rows were read, and the end of the chain or the row that is wrong. */
export type Verification =
  | { readonly ok: true; readonly checked: number; readonly head: Anchor }
  | { readonly ok: false; readonly checked: number; readonly broken: BrokenRow };

export const DEFAULT_BATCH_SIZE = 1000;
const MOST_BATCH_SIZE = 10_000;

/** @throws AuditOptionError when the log keeps no chain, or an anchor is of another chain */
export async function verifyChain(
  port: ReadPort,
  options: ResolvedOptions,
  given: VerifyOptions = {},
): Promise<Verification> {
  const { from, batchSize = DEFAULT_BATCH_SIZE } = given;
  checkInteger('batchSize', batchSize, 1, MOST_BATCH_SIZE);
  const chain = chainName(options, given);
  const anchors = [
    ...(from === undefined ? [] : [from]),
    ...(given.anchor === undefined ? [] : [given.anchor]),
  ].flat();
  for (const anchor of anchors) checkAnchor(anchor, chain);
  const walk = new Walk(chain, from, anchors);
  if (from !== undefined && from.seq > 0) {
    const broken = walk.checkStart((await linksFrom(port, chain, from.seq, 1))[0]);
    if (broken !== undefined) return { ok: false, checked: 0, broken };
  }
  for (;;) {
    given.signal?.throwIfAborted();
    const rows = await linksFrom(port, chain, walk.head.seq + 1, batchSize);
    for (const row of rows) {
      const broken = walk.check(row);
      if (broken !== undefined) return { ok: false, checked: walk.checked, broken };
    }
    if (rows.length > 0) given.onProgress?.({ checked: walk.checked, seq: walk.head.seq });
    if (rows.length < batchSize) break;
    // A synchronous database would otherwise keep the event loop until the end.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  const broken = walk.checkEnd() ?? (await findUnsealed(port, chain));
  return broken === undefined
    ? { ok: true, checked: walk.checked, head: walk.head }
    : { ok: false, checked: walk.checked, broken };
}

/** The end of the chain as it stands. */
export async function readAnchor(
  port: ReadPort,
  options: ResolvedOptions,
  scope: Pick<TenantScope, 'tenantId'>,
): Promise<Anchor> {
  const chain = chainName(options, scope);
  const parameters = new Parameters(port);
  const [row] = await port.all(
    `SELECT CAST(seq AS TEXT) AS "seq", hash AS "hash" FROM ${port.names.chain}
     WHERE chain = ${parameters.add(chain)} ORDER BY ${port.names.chain}.seq DESC LIMIT 1`,
    parameters.values,
  );
  return row === undefined
    ? { chain, seq: 0, hash: '' }
    : { chain, seq: Number(row['seq']), hash: textOf(row, 'hash') };
}

/** One pass over a chain, from its first link or a trusted anchor on. */
class Walk {
  checked = 0;
  head: Anchor;
  readonly #anchors: Map<number, Set<string>>;

  constructor(chain: string, from: Anchor | undefined, anchors: readonly Anchor[]) {
    this.head = from ?? { chain, seq: 0, hash: '' };
    this.#anchors = new Map();
    for (const { seq, hash } of anchors) {
      if (seq === 0) continue;
      this.#anchors.set(seq, (this.#anchors.get(seq) ?? new Set<string>()).add(hash));
    }
  }

  /** The link at which the trusted anchor was taken. */
  checkStart(row: Row | undefined): BrokenRow | undefined {
    if (row === undefined || Number(row['seq']) !== this.head.seq)
      return this.#broken('missing-tail', this.head.seq);
    const broken = this.#checkAnchors(this.head.seq, textOf(row, 'hash'), textOrNull(row, 'id'));
    this.#anchors.delete(this.head.seq);
    return broken;
  }

  check(row: Row): BrokenRow | undefined {
    const seq = this.head.seq + 1;
    const id = textOrNull(row, 'id');
    const hash = textOf(row, 'hash');
    if (Number(row['seq']) !== seq) return this.#broken('missing-link', seq);
    if (id === null) return this.#broken('missing-change', seq);
    if (textOf(row, 'previousHash') !== this.head.hash) return this.#broken('unlinked', seq, id);
    if (rowHash(row as unknown as SealedFields) !== hash) return this.#broken('changed', seq, id);
    const mismatch = this.#checkAnchors(seq, hash, id);
    if (mismatch !== undefined) return mismatch;
    this.#anchors.delete(seq);
    this.head = { chain: this.head.chain, seq, hash };
    this.checked += 1;
    return undefined;
  }

  /** Whatever anchor was not met lies beyond the end, or before the start and cannot be judged. */
  checkEnd(): BrokenRow | undefined {
    const beyond = [...this.#anchors.keys()].filter((seq) => seq > this.head.seq);
    return beyond.length === 0 ? undefined : this.#broken('missing-tail', this.head.seq + 1);
  }

  #checkAnchors(seq: number, hash: string, id: string | null): BrokenRow | undefined {
    const expected = this.#anchors.get(seq);
    if (expected === undefined || (expected.size === 1 && expected.has(hash))) return undefined;
    return this.#broken('anchor-mismatch', seq, id);
  }

  #broken(reason: BrokenReason, seq: number, id: string | null = null): BrokenRow {
    return { reason, chain: this.head.chain, seq, id: id ?? undefined };
  }
}

function linksFrom(port: ReadPort, chain: string, seq: number, limit: number): Promise<readonly Row[]> {
  const { names } = port;
  const parameters = new Parameters(port);
  // The links of the batch come first, so that a planner without statistics does not join whole tables for each.
  return port.all(
    `SELECT ${columns(port, { linked: true })}
     FROM (
       SELECT * FROM ${names.chain} WHERE chain = ${parameters.add(chain)} AND seq >= ${parameters.add(seq, 'integer')}
       ORDER BY ${names.chain}.seq LIMIT ${limit}
     ) l
       LEFT JOIN ${names.context} x ON x.position = l.position
       LEFT JOIN ${names.changes} c ON c.id = x.change_id
     ORDER BY l.seq`,
    parameters.values,
  );
}

async function findUnsealed(port: ReadPort, chain: string): Promise<BrokenRow | undefined> {
  const { names } = port;
  const [row] = await port.all(
    `SELECT CAST(c.id AS TEXT) AS "id" FROM ${names.changes} c
     WHERE NOT EXISTS (
       SELECT 1 FROM ${names.context} x JOIN ${names.chain} l ON l.position = x.position WHERE x.change_id = c.id
     ) LIMIT 1`,
    [],
  );
  return row === undefined ? undefined : { reason: 'unsealed', chain, seq: 0, id: textOf(row, 'id') };
}

export function chainName({ chain }: ResolvedOptions, { tenantId }: Pick<TenantScope, 'tenantId'>): string {
  if (chain === 'none') {
    throw new AuditOptionError(
      'chain',
      "The audit log keeps no chain (chain: 'none'), so nothing can be verified.",
    );
  }
  if (chain === 'global') return chainOf(chain, undefined);
  return chainOf(chain, tenantScope(tenantId === undefined ? {} : { tenantId }, chain));
}

function checkAnchor(anchor: Anchor, chain: string): void {
  checkInteger('anchor.seq', anchor.seq, 0, Number.MAX_SAFE_INTEGER);
  if (anchor.chain === chain) return;
  throw new AuditOptionError(
    'anchor',
    `The anchor was taken of another chain than the one that is verified; give the tenantId of the anchor.`,
  );
}
