import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { type RedisServer, redisServer, startRedis } from './redis.ts';

export interface RedisWithSentinel {
  readonly sentinels: readonly { readonly host: string; readonly port: number }[];
  /** Of the group of the master. */
  readonly name: string;
  readonly master: RedisServer;
  /** Takes over when the master is away for `downAfterMs`. */
  readonly replica: RedisServer;
  stop(): Promise<void>;
}

const GROUP = 'holdfast';

export interface RedisWithSentinelOptions {
  /** Default 60000: a master that is slow on a busy machine is not away. */
  downAfterMs?: number;
}

/** Starts a master, its replica and one Sentinel that watches them, on loopback. */
export async function startRedisWithSentinel({
  downAfterMs = 60_000,
}: RedisWithSentinelOptions = {}): Promise<RedisWithSentinel> {
  const program = redisServer();
  if (program === undefined) throw new Error('redis-server is missing: install the package redis-server.');
  const master = await startRedis({ appendfsync: 'everysec' });
  const replica = await startRedis({
    appendfsync: 'everysec',
    args: ['--replicaof', `127.0.0.1 ${master.port}`],
  });
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-sentinel-'));
  const port = await freePort();
  const file = join(folder, 'sentinel.conf');
  writeFileSync(
    file,
    [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${folder}`,
      `sentinel monitor ${GROUP} 127.0.0.1 ${master.port} 1`,
      `sentinel down-after-milliseconds ${GROUP} ${downAfterMs}`,
      `sentinel failover-timeout ${GROUP} 3000`,
    ].join('\n'),
  );
  const sentinel = spawn(program, [file, '--sentinel'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const killAtExit = () => sentinel.kill('SIGKILL');
  process.once('exit', killAtExit);
  await untilReplicaIsKnown(sentinel);
  return {
    sentinels: [{ host: '127.0.0.1', port }],
    name: GROUP,
    master,
    replica,
    stop: async () => {
      process.off('exit', killAtExit);
      const exited = once(sentinel, 'exit');
      sentinel.kill('SIGKILL');
      await exited;
      await Promise.all([master.stop(), replica.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Sentinel says `+slave` when it has found the replica through the master. */
function untilReplicaIsKnown(sentinel: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    sentinel.once('error', reject);
    sentinel.once('exit', () => reject(new Error(`The Sentinel ended before it was ready:\n${output}`)));
    sentinel.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('+slave')) resolve();
    });
  });
}
