/** Which errors of a store are its own trouble, and none of the job it was asked to write. */

/**
 * Connection exceptions, too few resources, an operator who steps in, a disk that fails, a server that is only read
 * from: classes of https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const POSTGRES_STATES = /^(08...|25006|40...|53...|57P..|58...)$/;
const POSTGRES_CLIENT = /Connection terminated|is not queryable/;

const REDIS_REPLIES =
  /^(READONLY|BUSY|LOADING|MISCONF|OOM|MASTERDOWN|CLUSTERDOWN|NOREPLICAS|TRYAGAIN)\b|^Failed to refresh slots cache|^Too many Cluster redirections/;

const SQLITE_CODES = new Set(['ERR_BULLMQ_SQLITE_BUSY', 'ERR_BULLMQ_SQLITE_WRITE']);

/** ECONNREFUSED and the like; codes of Node's own mistakes begin with ERR_. */
const SYSTEM_CODE = /^E(?!RR_)[A-Z_]+$/;

export function isPostgresTrouble(error: unknown): boolean {
  const { code, message } = fieldsOf(error);
  return SYSTEM_CODE.test(code) || POSTGRES_STATES.test(code) || POSTGRES_CLIENT.test(message);
}

export function isRedisTrouble(error: unknown): boolean {
  return REDIS_REPLIES.test(fieldsOf(error).message);
}

export function isSqliteTrouble(error: unknown): boolean {
  return SQLITE_CODES.has(fieldsOf(error).code);
}

function fieldsOf(error: unknown): { code: string; message: string } {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  return { code, message };
}
