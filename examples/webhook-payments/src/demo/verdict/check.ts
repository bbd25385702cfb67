/** One claim of the report. */
export interface Check {
  name: string;
  holds: boolean;
  /** The figures that it rests on. */
  detail: string;
}

export function check(name: string, holds: boolean, detail: string): Check {
  return { name, holds, detail };
}
