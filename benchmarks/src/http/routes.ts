import type { Express } from 'express';

/** The one route every server has: a small JSON answer with a path parameter, and nothing that waits. */
export function addRoutes(app: Express): void {
  app.get('/orders/:id', (request, response) => {
    response.json({
      id: request.params.id,
      status: 'paid',
      amount: 4200,
      currency: 'EUR',
      items: ['a', 'b', 'c'],
    });
  });
}

export const REQUEST_PATH = '/orders/1842';
