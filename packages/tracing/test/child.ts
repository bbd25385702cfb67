import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

export interface ChildResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in a process of its own, from source, and waits for its end. */
export async function runChild(program: string, env: Record<string, string> = {}): Promise<ChildResult> {
  const folder = await mkdtemp(join(here, '.child-'));
  const file = join(folder, 'main.ts');
  await writeFile(file, program);
  try {
    const child = spawn(process.execPath, ['--conditions=@holdfast/source', file], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => void (stdout += String(chunk)));
    child.stderr.on('data', (chunk) => void (stderr += String(chunk)));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return { code, stdout, stderr };
  } finally {
    await rm(folder, { recursive: true });
  }
}
