import { readdirSync } from 'node:fs';
import { TargetFolderError } from './errors.ts';

/** What may be in a folder already: a repository that was cloned empty. */
const MAY_BE_THERE = ['.git'];
const NAMED_AT_MOST = 3;

/**
 * Looks whether a project may be written into `folder`: it does not exist, or holds nothing but `.git`.
 * @throws TargetFolderError when it holds something, is no folder, or cannot be read
 */
export function checkTargetFolder(folder: string): void {
  const there = entriesOf(folder).filter((name) => !MAY_BE_THERE.includes(name));
  if (there.length === 0) return;
  const named = there.slice(0, NAMED_AT_MOST).join(', ');
  const more = there.length > NAMED_AT_MOST ? ` and ${there.length - NAMED_AT_MOST} more` : '';
  throw new TargetFolderError(
    `${folder} is not empty: it holds ${named}${more}. Name a new folder; nothing is ever overwritten.`,
  );
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') throw new TargetFolderError(`${folder} is a file. Name a new folder.`, { cause });
    throw new TargetFolderError(`${folder} cannot be read (${code}). Name another folder.`, { cause });
  }
}
