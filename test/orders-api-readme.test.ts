import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { rootFolder } from './code-blocks.ts';
import { commandBlocks, missingLines, outputsOf, scriptOf } from './document-commands.ts';

const README = 'examples/orders-api/README.md';
const LIMIT_MS = 120_000;

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}

it(`${README} prints what it says when its commands are typed`, { timeout: LIMIT_MS }, async () => {
  const blocks = commandBlocks(README);
  expect(blocks.length).toBeGreaterThan(11);
  const port = await freePort();
  const script = scriptOf(blocks).replaceAll(':3000', `:${port}`);
  // In a process group of its own, so that nothing it started is left.
  const child = spawn('bash', ['-c', script], {
    cwd: join(rootFolder, 'examples/orders-api'),
    env: { ...process.env, NODE_ENV: 'development', PORT: String(port) },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const endGroup = () => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch {
      // All of it has ended.
    }
  };
  const timer = setTimeout(endGroup, LIMIT_MS - 10_000);
  const code = new Promise((resolve) => void child.once('exit', resolve));
  const [output, errors, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), code]);
  clearTimeout(timer);
  endGroup();
  const outputs = outputsOf(output.replaceAll(`:${port}`, ':3000'));
  const missing = blocks.flatMap(({ line, prints }) =>
    missingLines(prints, outputs.get(line) ?? '').map(
      (what) => `line ${line}: ${what}\nprinted: ${outputs.get(line)}`,
    ),
  );
  expect(missing).toEqual([]);
  expect(errors).not.toContain('command not found');
  expect(exitCode).toBe(0);
});
