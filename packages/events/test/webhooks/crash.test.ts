import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import type { SenderOrder } from './children/sender.ts';
import { startSender } from './plant.ts';
import { startReceiver } from './receiver.ts';

const CHILD = fileURLToPath(new URL('children/sender.ts', import.meta.url));

function startChild(order: SenderOrder, onAccepted: (id: string) => void): ChildProcess {
  const argv = ['--conditions=@holdfast/source', CHILD, JSON.stringify(order)];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (child.stdout === null) throw new Error('the child has no standard output');
  createInterface({ input: child.stdout }).on('line', (line) => onAccepted(line.slice('accepted '.length)));
  return child;
}

it('a sender that is killed again and again loses nothing that it accepted, and keeps the ids', {
  timeout: 90_000,
}, async () => {
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  // Some attempts are under way, some fail, whenever the process dies.
  receiver.answer = (_request, response) => {
    const status = receiver.requests.length % 5 === 0 ? 500 : 204;
    setImmediate(() => response.writeHead(status).end());
  };
  const { sender, folder } = await startSender({ stalledIntervalMs: 200 }, false);
  const { id: endpointId } = await sender.endpoints.register({ url: receiver.url });
  const accepted = new Set<string>();
  for (const [run, kills] of [10, 31, 4].entries()) {
    let seen = 0;
    await new Promise<void>((resolve) => {
      const child = startChild({ file: join(folder, 'queue.db'), endpointId, run: `run${run}` }, (id) => {
        accepted.add(id);
        seen += 1;
        if (seen !== kills) return;
        child.kill('SIGKILL');
        void once(child, 'close').then(() => resolve());
      });
    });
  }
  await sender.start();
  const delivered = () => new Set(receiver.requests.map(({ headers }) => String(headers['webhook-id'])));
  const missing = () => [...accepted].filter((id) => !delivered().has(id));
  while (missing().length > 0) await receiver.received(receiver.requests.length + 1);
  expect(accepted.size).toBeGreaterThanOrEqual(45);
  for (const { body, headers } of receiver.requests)
    expect(JSON.parse(body)).toMatchObject({ data: headers['webhook-id'] });
});
