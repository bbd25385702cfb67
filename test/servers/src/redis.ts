import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './find-program.ts';
import { freePort } from './free-port.ts';

const READY = 'Ready to accept connections';

export interface RedisServerOptions {
  /** `no` keeps everything in memory; the others write an append-only file. Default `no`. */
  appendfsync?: 'no' | 'everysec' | 'always';
  /** Default a free one. Give it to start the same server again. */
  port?: number;
  /** Default a new temporary folder, removed at the end. */
  directory?: string;
  /** Further lines of the command line, for example `['--maxmemory-policy', 'allkeys-lru']`. */
  args?: readonly string[];
}

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  readonly directory: string;
  readonly pid: number;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
  /** SIGKILL; the folder stays, so that `startRedis({ port, directory })` finds its data. */
  kill(): Promise<void>;
}

/** The path of redis-server, or undefined where it is missing and cannot be installed. */
export function redisServer(): string | undefined {
  return findProgram({ program: 'redis-server', aptPackage: 'redis-server' });
}

/** Starts a private Redis on loopback and answers when it accepts commands. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const program = redisServer();
  if (program === undefined) throw new Error('redis-server is missing: install the package redis-server.');
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'holdfast-redis-'));
  const port = options.port ?? (await freePort());
  const child = spawn(program, commandLine(port, directory, options), {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  endWithThisProcess(child);
  await untilReady(child);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    directory,
    pid: child.pid ?? 0,
    stop: async () => {
      // Asked kindly, a replica that has just begun its append-only file goes on for ever; and nothing of it is kept.
      await end(child);
      rmSync(directory, { recursive: true, force: true });
    },
    kill: () => end(child),
  };
}

function commandLine(port: number, directory: string, options: RedisServerOptions): string[] {
  const { appendfsync = 'no', args = [] } = options;
  const appendonly = appendfsync === 'no' ? 'no' : 'yes';
  return [
    ...settings({
      port: String(port),
      bind: '127.0.0.1',
      dir: directory,
      save: '',
      appendonly,
      appendfsync,
      'maxmemory-policy': 'noeviction',
    }),
    ...args,
  ];
}

function settings(values: Record<string, string>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]);
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`redis-server ended before it was ready:\n${output}`)));
    child.stdout?.on('data', (chunk: Buffer) => {
      if (output.includes(READY)) return;
      output += chunk.toString();
      if (output.includes(READY)) resolve();
    });
  });
}

/** A server must not outlive whoever started it, whatever ends that. */
function endWithThisProcess(child: ChildProcess): void {
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
