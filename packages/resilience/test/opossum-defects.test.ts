import manifest from 'opossum/package.json' with { type: 'json' };
import { describeDefects } from './opossum-defects.ts';

describeDefects(`opossum ${manifest.version}, the pinned release`);
