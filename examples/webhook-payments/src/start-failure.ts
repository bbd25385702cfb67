import { join, parse } from 'node:path';
import type { Config } from './config.ts';

/**
 * One line for the person who starts the service: what is wrong, and what to do. Never a stack, never a secret.
 * @param config what is known of the settings when it failed
 */
export function describeStartFailure(error: unknown, config: Config | undefined): string {
  const chain = causesOf(error);
  const postgres = describePostgresFailure(chain, config);
  if (postgres !== undefined) return postgres;
  for (const link of chain) {
    const known = describeCode(codeOf(link), chain, config);
    if (known !== undefined) return known;
  }
  const isQueueSilent = chain.some((link) => codeOf(link) === 'ERR_QUEUE_UNAVAILABLE');
  if (isQueueSilent && config !== undefined) return describeSilentQueue(config);
  return oneLine(messageOf(error));
}

/** The server's own code, where it answered at all, says why it refuses: a password, a database that is missing. */
function describePostgresFailure(chain: readonly unknown[], config: Config | undefined): string | undefined {
  if (config?.databaseUrl === undefined) return undefined;
  const isDatabase = chain.some((link) => codeOf(link) === 'ERR_DATABASE');
  if (!isDatabase) return undefined;
  const { host } = new URL(config.databaseUrl);
  const sqlState = chain.map(codeOf).find((code) => /^[0-9A-Z]{5}$/.test(code));
  return sqlState === undefined
    ? silentPostgres(config.databaseUrl)
    : `PostgreSQL at ${host} refuses (SQLSTATE ${sqlState}). Check user, password and database in DATABASE_URL.`;
}

/** The address without the password that may stand in it. */
function silentPostgres(databaseUrl: string): string {
  return `PostgreSQL at ${new URL(databaseUrl).host} does not answer. Start it, or set DATABASE_URL to where it is.`;
}

/** No code of the system says why: nothing came back in time. */
function describeSilentQueue({ redisUrl, databaseUrl, dataFolder }: Config): string {
  if (redisUrl === undefined) {
    return databaseUrl === undefined ? lockedLine(join(dataFolder, 'queue.db')) : silentPostgres(databaseUrl);
  }
  // The address without the password that may stand in it.
  const { host } = new URL(redisUrl);
  return `Redis at ${host} does not answer. Start it, or set REDIS_URL to where it is.`;
}

function lockedLine(database: string): string {
  return `${database} is locked by another process. Stop that one, or set HOLDFAST_DATA_DIR to another folder.`;
}

function describeCode(
  code: string,
  chain: readonly unknown[],
  config: Config | undefined,
): string | undefined {
  return (
    describeListenFailure(code, chain, `${config?.host}:${config?.port}`) ??
    describeDatabaseFailure(code, databaseOf(chain, config))
  );
}

function describeListenFailure(code: string, chain: readonly unknown[], where: string): string | undefined {
  if (code === 'EADDRINUSE') {
    return `The port of ${where} is in use. Stop what uses it, or set PORT to another one.`;
  }
  if (code === 'EADDRNOTAVAIL') return `${where} is no address of this machine. Set HOST.`;
  if (code === 'EACCES' && syscallOf(chain) === 'listen') {
    return `The port of ${where} may not be used by this user. Set PORT to one above 1023.`;
  }
  return undefined;
}

function describeDatabaseFailure(code: string, database: string): string | undefined {
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return lockedLine(database);
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code)) {
    return `${database} is not a database, or a damaged one. Move it away, or set HOLDFAST_DATA_DIR to another folder.`;
  }
  if (/^SQLITE_(CANTOPEN|READONLY)/.test(code) || FOLDER_CODES.includes(code)) {
    return `${database} cannot be opened for writing (${code}). Check the folder in HOLDFAST_DATA_DIR and its rights.`;
  }
  return undefined;
}

const FOLDER_CODES = ['EACCES', 'EEXIST', 'ENOTDIR', 'EROFS', 'ENOSPC', 'EPERM'];

/** The file that an error on the way names, else the folder. */
function databaseOf(chain: readonly unknown[], config: Config | undefined): string {
  for (const link of chain) {
    if (typeof link !== 'object' || link === null) continue;
    if ('file' in link && typeof link.file === 'string') return link.file;
    if ('path' in link && typeof link.path === 'string' && parse(link.path).base !== '') return link.path;
  }
  return `A database in ${config?.dataFolder}`;
}

function causesOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let link = error; link !== undefined && link !== null && chain.length < 8; ) {
    chain.push(link);
    link = typeof link === 'object' && 'cause' in link ? link.cause : undefined;
  }
  return chain;
}

function codeOf(link: unknown): string {
  return typeof link === 'object' && link !== null && 'code' in link ? String(link.code) : '';
}

function syscallOf(chain: readonly unknown[]): unknown {
  const link = chain.find(
    (candidate) => typeof candidate === 'object' && candidate !== null && 'syscall' in candidate,
  );
  return (link as { syscall: unknown } | undefined)?.syscall;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ');
}
