import type { Progress } from '../harness/progress.ts';
import type { Row } from '../harness/rows.ts';

export interface AreaOptions {
  /** Undefined: the area's own default. */
  readonly rounds: number | undefined;
  readonly progress: Progress;
}

/** A group of comparisons that `--only` selects by name. */
export type Area = (options: AreaOptions) => Promise<Row[]>;
