import { describe } from 'vitest';
import { crashLeavesAllOrNothing } from './behaviour/crash.ts';

describe('on SQLite', () => {
  crashLeavesAllOrNothing(() => ({}));
});
