/** `npm start`: the service, left running. Standard output says where it is; everything else is log on standard error. */
import { startService } from './app.ts';
import { readConfig } from './config.ts';
import { describeStartFailure } from './start-failure.ts';

try {
  const { url, notices } = await startService(readConfig(process.env));
  for (const notice of notices) process.stdout.write(`${notice}\n`);
  process.stdout.write(`orders-api listens on ${url}\n`);
} catch (error) {
  process.stderr.write(`orders-api: ${describeStartFailure(error)}\n`);
  // What was opened before the failure would keep the process alive.
  process.exit(1);
}
