import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootFolder } from '../../../../scripts/workspace-packages.ts';

/** The examples that become templates, the default first. Each says about itself what `template/template.json` holds. */
export const EXAMPLES: readonly string[] = ['webhook-payments', 'orders-api'];

/** `examples/NAME/template/template.json`. Files beside it in `files/` are added, and win. */
export interface Description {
  /** One line for the list of templates. */
  readonly summary: string;
  /** Files and folders that stay in the repository, and why. */
  readonly leave: Readonly<Record<string, string>>;
  /** The scripts of package.json that go along. */
  readonly scripts: readonly string[];
  readonly replace: readonly Replacement[];
}

/** A text that holds in the repository only. It must be there, once or more. */
export interface Replacement {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface Example extends Description {
  readonly name: string;
  readonly folder: string;
}

export function readExample(name: string): Example {
  const folder = join(rootFolder, 'examples', name);
  const description = JSON.parse(readFileSync(join(folder, 'template/template.json'), 'utf8')) as Description;
  return { ...description, name, folder };
}
