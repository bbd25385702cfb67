import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { startRedis } from '@holdfast/test-servers';
import { Redis } from 'ioredis';

export interface DemoRedis {
  readonly url: string;
  readonly queueName: string;
  /** Ends a private server; on a shared one removes the keys of this run. */
  release(): Promise<void>;
}

/** The server at `url`, or a private one that ends with this process. */
export async function openRedis(url: string | undefined): Promise<DemoRedis> {
  if (url !== undefined && url !== '') {
    // Others use this server too: their work must not mix with ours.
    const queueName = `webhooks-demo-${randomUUID()}`;
    return { url, queueName, release: () => removeKeys(url, queueName) };
  }
  const server = await startRedis({ appendfsync: 'everysec' });
  const atExit = () => {
    try {
      process.kill(server.pid, 'SIGKILL');
    } catch {
      // It has ended before us.
    }
    rmSync(server.directory, { recursive: true, force: true });
  };
  process.once('exit', atExit);
  return {
    url: server.url,
    queueName: 'webhooks',
    release: async () => {
      process.removeListener('exit', atExit);
      await server.stop();
    },
  };
}

async function removeKeys(url: string, queueName: string): Promise<void> {
  const client = new Redis(url, { maxRetriesPerRequest: 1 });
  try {
    for await (const keys of client.scanStream({ match: `bull:${queueName}*`, count: 500 })) {
      if ((keys as string[]).length > 0) await client.del(...(keys as string[]));
    }
  } finally {
    client.disconnect();
  }
}
