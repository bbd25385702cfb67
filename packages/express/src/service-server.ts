import type http from 'node:http';
import type { Express } from 'express';

/** An import of `node:http` would load Node's fetch and HTTP/2, too. */
const { createServer, IncomingMessage, ServerResponse } = process.getBuiltinModule('node:http');

/**
 * The server of one application, whose requests and responses are born with the prototypes that Express would give
 * them. Express still does so and changes nothing then; to change the prototype of an object that has its properties
 * already is one of the dearest things that Express does for a small answer.
 */
export function createAppServer(app: Express): http.Server {
  const options = {
    IncomingMessage: bornWith(app.request, IncomingMessage),
    ServerResponse: bornWith(app.response, ServerResponse),
  };
  return createServer(options, app);
}

/** `Base` as a constructor whose instances have another prototype, one that inherits from its own. */
function bornWith<Base extends abstract new (...args: never[]) => object>(
  prototype: object,
  base: Base,
): Base {
  function construct(...args: unknown[]): object {
    return Reflect.construct(base, args, construct) as object;
  }
  construct.prototype = prototype;
  return construct as unknown as Base;
}
