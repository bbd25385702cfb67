import { describe, expect, it } from 'vitest';
import { type AuditLogOptions, resolveOptions } from './options.ts';

describe('the options of createAuditLog', () => {
  it('have defaults', () => {
    expect(resolveOptions({})).toMatchObject({
      table: 'request_changes',
      chain: 'global',
      ids: 'uuid',
      maxValueBytes: 65_536,
      oversize: 'refuse',
      systemActor: undefined,
    });
  });

  it.each<[AuditLogOptions, string]>([
    [{ table: '' }, 'table is ""; it must be a name of 1 to 40 bytes without NUL.'],
    [{ table: 'a\0b' }, 'table is "a\\u0000b"; it must be a name of 1 to 40 bytes without NUL.'],
    [
      { table: 'ü'.repeat(21) },
      `table is "${'ü'.repeat(21)}"; it must be a name of 1 to 40 bytes without NUL.`,
    ],
    [{ maxValueBytes: 63 }, 'maxValueBytes is 63; it must be an integer from 64 to 16777216.'],
    [{ maxValueBytes: 0.5 }, 'maxValueBytes is 0.5; it must be an integer from 64 to 16777216.'],
    [{ chain: 'user' as 'none' }, 'chain is "user"; it must be one of global, tenant, none.'],
    [{ ids: 'int' as 'text' }, 'ids is "int"; it must be one of uuid, text.'],
    [{ oversize: 'cut' as 'refuse' }, 'oversize is "cut"; it must be one of refuse, digest.'],
    [{ redact: ['a..b'] }, 'redact has the path "a..b"; it must be keys joined by dots, like "card.number".'],
  ])('refuse %o', (options, message) => {
    expect(() => resolveOptions(options)).toThrow(
      expect.objectContaining({ code: 'ERR_AUDIT_OPTION', option: Object.keys(options)[0], message }),
    );
  });
});
