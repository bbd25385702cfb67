import { readFileSync } from 'node:fs';
import type { RequestHandler } from 'express';
import { parse } from 'yaml';

/** The description of this service, `openapi.yaml`. A test holds it against the running service, both ways. */
export function readOpenApi(): object {
  return parse(readFileSync(new URL('../openapi.yaml', import.meta.url), 'utf8')) as object;
}

export function openApiRoute(): RequestHandler {
  const description = readOpenApi();
  return (_req, res) => void res.json(description);
}
