import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileWatch } from './file-watch.ts';

let folder: string;
let watch: FileWatch | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-watch-'));
});

afterEach(() => {
  watch?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a watch and resolves when it has looked `times` times. */
function looks(file: string, pollIntervalMs: number, times: number, seen = false): Promise<void> {
  return new Promise((resolve) => {
    let looked = 0;
    watch = new FileWatch(file, pollIntervalMs, () => {
      looked += 1;
      if (looked === times) resolve();
      return seen;
    });
    watch.start();
  });
}

describe('FileWatch', () => {
  it('looks when the write-ahead log is written, and again until it has seen something', async () => {
    const looked = looks(join(folder, 'queue.db'), 60_000, 11);
    writeFileSync(join(folder, 'queue.db-wal'), 'x');
    await looked;
  });

  it('looks from time to time when nothing is reported', async () => {
    await looks(join(folder, 'queue.db'), 5, 3);
  });

  it('looks often where the folder cannot be watched', async () => {
    await looks(join(folder, 'missing', 'queue.db'), 60_000, 3);
  });

  it('does not look at a database in memory, nor after it was stopped', async () => {
    let looked = 0;
    const look = () => {
      looked += 1;
      return true;
    };
    const inMemory = new FileWatch('', 5, look);
    inMemory.start();
    inMemory.close();
    const stopped = new FileWatch(join(folder, 'queue.db'), 5, look);
    stopped.start();
    stopped.stop();
    await looks(join(folder, 'queue.db'), 5, 3);
    stopped.close();
    expect(looked).toBe(0);
  });
});
