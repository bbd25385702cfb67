import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as first from '@holdfast/context';
import { contextStorage, isScope } from '@holdfast/context/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
let second: typeof first;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-context-'));
  const source = new URL('../src', import.meta.url).pathname;
  cpSync(source, join(folder, 'src'), { recursive: true, filter: (file) => !file.endsWith('.test.ts') });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  second = (await import(
    /* @vite-ignore */ pathToFileURL(join(folder, 'src/index.ts')).href
  )) as typeof first;
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('two copies of the package', () => {
  it('are two', () => {
    expect(second.createTraceContext).not.toBe(first.createTraceContext);
  });

  it('share one store: what one runs the other sees, and writes', async () => {
    const context = first.createTraceContext({ requestId: 'req' });
    await first.runWithTrace(context, async () => {
      await Promise.resolve();
      expect(second.getCurrentTrace()).toBe(context);
      second.setIdentity({ tenantId: 'acme' });
      second.setTraceAttribute('a', 1);
    });
    expect(context).toMatchObject({ tenantId: 'acme', attributes: { a: 1 } });
  });

  it('continue the contexts and the deadlines of each other', () => {
    second.runWithTrace(second.createTraceContext({ requestId: 'req' }), () => {
      expect(first.getTraceLogFields().requestId).toBe('req');
      const child = first.createTraceContext({ parent: first.getCurrentTrace() });
      expect(child.requestId).toBe('req');
      second.withDeadline(1000, () => {
        expect(first.remainingMs()).toBeGreaterThan(0);
        expect(first.remainingMs()).toBeLessThanOrEqual(1000);
        expect(first.currentSignal()?.aborted).toBe(false);
      });
    });
  });

  it('know the scopes of each other by their brand', () => {
    expect(isScope(second.createTraceContext())).toBe(true);
    second.runWithTrace(second.createTraceContext(), () =>
      expect(contextStorage.getStore()).toBe(second.getCurrentTrace()),
    );
  });
});
