import { subscribeSafely } from '@holdfast/context/channels';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import type { AuditRecorded } from './channels.ts';
import { createAuditLog } from './sqlite/index.ts';

it('tells holdfast:audit:recorded of each change, without ids and values', () => {
  const seen: AuditRecorded[] = [];
  onTestFinished(subscribeSafely<AuditRecorded>('holdfast:audit:recorded', (fact) => void seen.push(fact)));
  const db = new Database(':memory:');
  const log = createAuditLog({ db, ids: 'text' });
  const actor = { id: 'ada', type: 'admin' };
  log.record({ recordId: '1', changeType: 'CREATED', after: { a: 1 }, actor });
  log.record({ recordId: '1', changeType: 'DELETED', recordType: 'order', before: { a: 1 }, actor });
  db.close();
  expect(seen).toEqual([
    { table: 'request_changes', changeType: 'CREATED', actorType: 'admin', valueBytes: 7 },
    {
      table: 'request_changes',
      changeType: 'DELETED',
      actorType: 'admin',
      recordType: 'order',
      valueBytes: 11,
    },
  ]);
});
