/** `npm start`: the service, left running. Standard output gets one line; everything else is log on standard error. */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startService } from './app.ts';
import { type Config, readConfig } from './config.ts';
import { ConfigError } from './errors.ts';
import { describeStartFailure } from './start-failure.ts';

const USAGE = `npm start -- [--port N] [--host ADDRESS]

Receives webhooks on POST /webhooks/:provider. All settings are environment variables, or lines of a file .env in the
current folder; .env.example lists them.
`;

let config: Config | undefined;
try {
  const { values } = readArguments();
  if (values.help) {
    process.stdout.write(USAGE);
  } else {
    if (existsSync('.env')) process.loadEnvFile('.env');
    const { port = process.env['PORT'], host = process.env['HOST'] } = values;
    config = readConfig({ ...process.env, PORT: port, HOST: host });
    const { url } = await startService(config);
    process.stdout.write(`webhook-payments listens on ${url}\n`);
  }
} catch (error) {
  process.stderr.write(`webhook-payments: ${describeStartFailure(error, config)}\n`);
  // What was opened before the failure would keep the process alive.
  process.exit(1);
}

function readArguments() {
  try {
    return parseArgs({
      options: { port: { type: 'string' }, host: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : String(error)} See --help.`, {
      cause: error,
    });
  }
}
