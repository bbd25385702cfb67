import type { Table } from '../schema.ts';

/** Rows by table; tables with none are left out. */
export class Counts {
  readonly #rows = new Map<string, number>();

  add(table: Table, rows: number): number {
    if (rows > 0) this.#rows.set(table.name, (this.#rows.get(table.name) ?? 0) + rows);
    return rows;
  }

  get total(): number {
    let total = 0;
    for (const rows of this.#rows.values()) total += rows;
    return total;
  }

  toObject(): Record<string, number> {
    return Object.fromEntries(this.#rows);
  }
}
