/** `npm start`: a service to try things on. Standard output gets one line; the log is on standard error. */
import { parseArgs } from 'node:util';
import { startPlayground } from './playground.ts';

const { values } = parseArgs({
  options: { port: { type: 'string', default: process.env['PORT'] ?? '3000' } },
});
try {
  const { url } = await startPlayground(Number(values.port));
  process.stdout.write(`playground listens on ${url}\n`);
} catch (error) {
  process.stderr.write(`playground: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
