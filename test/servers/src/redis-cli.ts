import { spawnSync } from 'node:child_process';
import { findProgram } from './find-program.ts';

const LIMIT_MS = 30_000;

/** What a node that is gone does not say is nothing. */
export function tryRedisCli(...args: string[]): string {
  return runCli(args).stdout;
}

function runCli(args: string[]): { stdout: string; stderr: string; status: number | null } {
  const program = findProgram({ program: 'redis-cli', aptPackage: 'redis-tools' }) ?? 'redis-cli';
  return spawnSync(program, args, { encoding: 'utf8', timeout: LIMIT_MS });
}

/** @throws Error with what it said */
export function redisCli(...args: string[]): string {
  const { stdout, stderr, status } = runCli(args);
  if (status !== 0) throw new Error(`redis-cli ${args.join(' ')} failed:\n${stdout}${stderr}`);
  return stdout;
}
