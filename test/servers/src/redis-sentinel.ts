import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { type RedisServer, redisServer, startRedis } from './redis.ts';
import { redisCli } from './redis-cli.ts';

export interface RedisWithSentinel {
  readonly sentinels: readonly { readonly host: string; readonly port: number }[];
  /** Of the group of the master. */
  readonly name: string;
  readonly master: RedisServer;
  /** Takes over when the master is lost. */
  readonly replica: RedisServer;
  /** Kills the master, which the Sentinel notices after a second. */
  loseMaster(): Promise<void>;
  stop(): Promise<void>;
}

const GROUP = 'holdfast';

/** A master that is slow on a busy machine is not away. */
const DOWN_AFTER_MS = 60_000;
const DOWN_AFTER_LOSS_MS = 1000;

/** Starts a master, its replica and one Sentinel that watches them, on loopback. */
export async function startRedisWithSentinel(): Promise<RedisWithSentinel> {
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
      `sentinel down-after-milliseconds ${GROUP} ${DOWN_AFTER_MS}`,
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
    loseMaster: async () => {
      await master.kill();
      const soon = ['sentinel', 'set', GROUP, 'down-after-milliseconds', String(DOWN_AFTER_LOSS_MS)];
      redisCli('-p', String(port), ...soon);
    },
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
