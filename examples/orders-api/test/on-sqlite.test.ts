import { describe } from 'vitest';
import { serviceBehaves } from './behaviour/service-behaves.ts';

describe('on SQLite', () => {
  serviceBehaves(() => ({}));
});
