/** Document 004, "Graceful Shutdown Integration". */
import { expect, it } from 'vitest';
import { gracefulShutdown } from '../src/index.ts';

it('flushes traces in a named step of the default lifecycle, as document 004 writes it', async () => {
  const flushed: string[] = [];
  const tracing = {
    async flush() {
      flushed.push('traces');
    },
  };
  gracefulShutdown.onShutdown('flush-traces', async () => {
    await tracing.flush();
  });
  const report = await gracefulShutdown.shutdown('test');
  await gracefulShutdown.close();
  expect(flushed).toEqual(['traces']);
  expect(report).toMatchObject({
    reason: 'test',
    ok: true,
    steps: [{ name: 'flush-traces', outcome: 'done' }],
  });
});
