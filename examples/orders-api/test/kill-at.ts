/**
 * Loaded before the service: a request with the id `kill-at-N` ends this process by SIGKILL right after its Nth
 * statement. Every statement that a request makes is told on this channel, those of the packages included.
 */
import { subscribe } from 'node:diagnostics_channel';
import { getCurrentTrace } from '@holdfast/context';

let statements = 0;

subscribe('holdfast:tracing:query', () => {
  const [, limit] = /^kill-at-(\d+)$/.exec(getCurrentTrace()?.requestId ?? '') ?? [];
  if (limit === undefined) return;
  statements += 1;
  if (statements === Number(limit)) process.kill(process.pid, 'SIGKILL');
});
