import {
  type Anchor,
  readAnchor,
  type Verification,
  type VerifyOptions,
  verifyChain,
} from './chain/verify.ts';
import type { ResolvedOptions } from './options.ts';
import { type ExportOptions, exportLines } from './reading/export.ts';
import type { ReadPort } from './reading/port.ts';
import {
  type AuditPage,
  type HistoryOptions,
  type SearchOptions,
  searchChanges,
  type TenantScope,
} from './reading/search.ts';

/** Everything that is asked of a log once it is written; the same on every database. */
export interface AuditReader {
  /** The timeline of one record, oldest first; of an id that no record can have it is empty. @throws AuditOptionError */
  history(recordId: string, options?: HistoryOptions): Promise<AuditPage>;
  /**
   * Changes by actor, correlation id, record, kind and time, newest first.
   * @throws AuditOptionError, AuditFilterError
   */
  search(options?: SearchOptions): Promise<AuditPage>;
  /**
   * Lines of NDJSON, to be given to `Readable.from()`; an abandoned loop holds nothing open.
   * @throws AuditFilterError for an `after` that is no change of this log
   */
  export(options?: ExportOptions): AsyncGenerator<string, void, undefined>;
  /** Reads the chain from its start, or from a trusted anchor, and names the first row that is wrong. */
  verify(options?: VerifyOptions): Promise<Verification>;
  /** The end of the chain now: keep it where nobody who can write to the database can write. */
  anchor(scope?: Pick<TenantScope, 'tenantId'>): Promise<Anchor>;
}

export function createReader(port: ReadPort, options: ResolvedOptions): AuditReader {
  return {
    history: (recordId, page = {}) =>
      searchChanges(port, options, { first: 'oldest', ...page, recordId: idOrNone(recordId) }),
    search: (page = {}) => searchChanges(port, options, page),
    export: (given) => exportLines(port, options, given),
    verify: (given) => verifyChain(port, options, given),
    anchor: (scope = {}) => readAnchor(port, options, scope),
  };
}

/** Without an id a search would read every record: a missing query parameter must not be such a search. */
function idOrNone(recordId: unknown): string {
  return typeof recordId === 'string' ? recordId : '';
}
