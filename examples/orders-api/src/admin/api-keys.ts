import express, { type Router } from 'express';
import { z } from 'zod';
import { issueApiKey } from '../access/api-key.ts';
import { RequestError } from '../errors.ts';
import { jsonBody } from '../json-body.ts';
import { onlyIds } from '../path-id.ts';
import { readBody } from '../read-body.ts';
import type { ApiKeyStore } from '../storage/storage.ts';

const name = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, { error: 'must be 1 to 64 of A-Z a-z 0-9 . _ -' });
const OWNER = z.strictObject({ tenantId: name, userId: name });

export function apiKeyRoutes(keys: ApiKeyStore): Router {
  return express
    .Router()
    .param('id', onlyIds(/^[0-9a-f]{16}$/, unknownKey))
    .post('/', jsonBody(), async (req, res) => {
      const issued = await issueApiKey(keys, readBody(OWNER, req.body));
      res.status(201).set('Cache-Control', 'no-store').json(issued);
    })
    .delete('/:id', async (req, res) => {
      if (!(await keys.remove(req.params.id))) {
        throw unknownKey();
      }
      res.status(204).end();
    });
}

function unknownKey(): RequestError {
  return new RequestError(404, 'ERR_API_KEY_NOT_FOUND', 'There is no API key of this id.');
}
