let warned = false;

/** A log that cannot be written must not end the process, and must not be silent either. */
export function warnOnce(error: unknown): void {
  if (warned) return;
  warned = true;
  const reason = error instanceof Error ? error.message : 'unknown error';
  process.emitWarning(`Log lines are being lost: ${reason}`, { code: 'HOLDFAST_LOG_LOST' });
}
