/**
 * Loaded before the service: a request with the id `kill-at-N` ends this process by SIGKILL right after its Nth
 * statement. Every statement that a request makes is told on this channel, those of the packages included.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { getCurrentTrace } from '@holdfast/context';

let statements = 0;
let isAnswered = false;

subscribe('holdfast:tracing:query', () => {
  const limit = limitIn(getCurrentTrace()?.requestId);
  if (limit === undefined || isAnswered) return;
  statements += 1;
  if (statements === limit) process.kill(process.pid, 'SIGKILL');
});

// The event that the request has published carries its id on, and the mailer is not to be killed.
subscribe('http.server.response.finish', (message) => {
  const { request } = message as { request: IncomingMessage };
  if (limitIn(request.headers['x-request-id']) !== undefined) isAnswered = true;
});

function limitIn(requestId: string | string[] | undefined): number | undefined {
  const [, limit] = /^kill-at-(\d+)$/.exec(String(requestId)) ?? [];
  return limit === undefined ? undefined : Number(limit);
}
