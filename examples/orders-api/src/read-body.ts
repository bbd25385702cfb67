import type { z } from 'zod';
import { RequestError } from './errors.ts';

/**
 * The body of a request as its schema says.
 * @throws RequestError 400, naming every field that is wrong
 */
export function readBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const { data, error } = schema.safeParse(body);
  if (error === undefined) return data;
  const problems = error.issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`);
  throw new RequestError(400, 'ERR_INVALID_BODY', `${problems.join('; ')}.`);
}
