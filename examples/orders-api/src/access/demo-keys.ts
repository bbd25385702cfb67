import type { ApiKeyStore } from '../storage/storage.ts';
import { issueApiKey } from './api-key.ts';

const DEMO_OWNERS = [
  { tenantId: 'acme', userId: 'ada' },
  { tenantId: 'globex', userId: 'grace' },
];

/**
 * Keys of two tenants for a database that has none, so that there is something to try. Only in development.
 * @returns lines to print, this once
 */
export async function makeDemoKeys(store: ApiKeyStore): Promise<string[]> {
  if (!(await store.isEmpty())) return [];
  const lines: string[] = [];
  for (const owner of DEMO_OWNERS) {
    const { key } = await issueApiKey(store, owner);
    lines.push(`demo key of ${owner.tenantId}: ${key}`);
  }
  return lines;
}
