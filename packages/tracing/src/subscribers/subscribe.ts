import { subscribeToQueue } from './queue.ts';
import { subscribeToResilience } from './resilience.ts';

/** Listens to what the other packages say on their channels, and makes spans and events of it. */
export function subscribeToOperations(jobs: 'link' | 'parent'): () => void {
  const endings = [subscribeToQueue(jobs), subscribeToResilience()];
  return () => {
    for (const end of endings) end();
  };
}
