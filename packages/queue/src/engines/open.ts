import type { ResolvedOptions } from '../options.ts';
import type { QueueEngine } from './engine.ts';

/** Opens the engine that the options name; its module and its peers are loaded only now. */
export async function openEngine<Data>(options: ResolvedOptions): Promise<QueueEngine<Data>> {
  const { engine: choice } = options;
  switch (choice.engine) {
    case 'redis': {
      const { openRedisEngine } = await import('./redis.ts');
      return openRedisEngine(options, choice);
    }
    case 'postgres': {
      const { openPostgresEngine } = await import('./postgres.ts');
      return openPostgresEngine(options, choice);
    }
    case 'sqlite': {
      const { openSqliteEngine } = await import('./sqlite.ts');
      return openSqliteEngine(options, choice);
    }
  }
}
