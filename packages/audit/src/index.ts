export type { AuditReader } from './audit-reader.ts';
export type { CaptureTriggers } from './capture.ts';
export type { Anchor, BrokenReason, BrokenRow, Verification, VerifyOptions } from './chain/verify.ts';
export type { Change } from './change.ts';
export type { AuditRecorded } from './channels.ts';
export {
  AuditActorMissingError,
  AuditError,
  AuditFilterError,
  AuditOptionError,
  AuditStoreError,
  AuditTenantMissingError,
  AuditValueError,
  AuditValueTooLargeError,
} from './errors.ts';
export {
  type Actor,
  AUDIT_DEFAULTS,
  type AuditLogOptions,
  type ChainMode,
  type TableOptions,
} from './options.ts';
export type { PrismaRawClient, PrismaTx } from './prisma-client.ts';
export type { AuditEntry } from './reading/entry.ts';
export type { ExportOptions } from './reading/export.ts';
export type { AuditPage, HistoryOptions, PageOptions, SearchOptions, TenantScope } from './reading/search.ts';
export type { Recorded } from './recorded.ts';
export type { StampOptions } from './stamp.ts';
export { decodeValue } from './values/decode.ts';
export { type Difference, diffImages } from './values/diff.ts';
export { encodeValue } from './values/encode.ts';
