import type { Request, Response } from 'express';
import { type ErrorAnswer, titleOf } from './error-answer.ts';
import { requestScope } from './request-scope.ts';

const PROBLEM_JSON = 'application/problem+json';

/** What the handler set for the body it meant to send, and what would let a cache keep the error. */
const HEADERS_OF_THE_INTENDED_BODY = [
  'Content-Encoding',
  'Content-Language',
  'Content-Range',
  'Content-Disposition',
  'Content-Length',
  'Transfer-Encoding',
  'ETag',
  'Last-Modified',
  'Expires',
];

/**
 * Answers with `{ error: { code, message, requestId } }`, or with `application/problem+json` when the client prefers it.
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function sendError(
  req: Request,
  res: Response,
  { status, code, message, headers }: ErrorAnswer,
): void {
  const requestId = requestScope(req)?.requestId;
  for (const name of HEADERS_OF_THE_INTENDED_BODY) res.removeHeader(name);
  res.status(status).set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff', ...headers });
  res.vary('Accept');
  if (req.accepts(['application/json', PROBLEM_JSON]) === PROBLEM_JSON) {
    const problem = { type: 'about:blank', title: titleOf(status), status, detail: message, code, requestId };
    res.type(PROBLEM_JSON).send(JSON.stringify(problem));
    return;
  }
  res.json({ error: { code, message, requestId } });
}
