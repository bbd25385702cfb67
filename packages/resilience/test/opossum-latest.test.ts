import manifest from 'opossum-latest/package.json' with { type: 'json' };
import { vi } from 'vitest';
import { describeDefects } from './opossum-defects.ts';

// The newest release in the place of the pinned one, to know before the pin is moved. `pnpm update opossum-latest`
// fetches it; where that is the pinned release itself, the list runs on it twice.
vi.mock('opossum', () => import('opossum-latest'));

describeDefects(`opossum ${manifest.version}, the newest release`);
