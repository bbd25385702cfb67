/** What the extension needs to know of a Prisma schema; the client's own data model does not keep all of it. */
export interface ModelText {
  readonly name: string;
  readonly fields: readonly FieldText[];
  /** The fields of the primary key. */
  readonly id: readonly string[];
}

export interface FieldText {
  readonly name: string;
  readonly type: string;
  readonly isList: boolean;
  readonly isRequired: boolean;
  /** The name of the relation, where one is written. */
  readonly relationName: string | undefined;
  /** The scalar fields that hold the foreign key, on the side that has it. */
  readonly foreignKey: readonly string[];
  readonly references: readonly string[];
  /** As written: `Cascade`, `Restrict`, `NoAction`, `SetNull` or `SetDefault`. */
  readonly onDelete: string | undefined;
}

const BLOCK = /^\s*(model|view|enum|type|generator|datasource)\s+(\w+)\s*\{\s*$/;
const FIELD = /^\s*(\w+)\s+(\w+)(\[\]|\?)?(?:\s+(.*))?$/;

/** Reads models and views from a schema in Prisma's own format, one field to a line. */
export function readModels(schema: string): ModelText[] {
  const models: ModelText[] = [];
  let fields: FieldText[] | undefined;
  let id: string[] = [];
  let inside = false;
  for (const line of schema.split('\n')) {
    const block = inside ? null : BLOCK.exec(line);
    if (block !== null) {
      inside = true;
      fields = undefined;
      const [, kind, name = ''] = block;
      if (kind !== 'model' && kind !== 'view') continue;
      fields = [];
      id = [];
      models.push({ name, fields, id });
    } else if (line.trim() === '}') {
      inside = false;
      fields = undefined;
    } else {
      const field = fields === undefined ? undefined : readField(line);
      if (field !== undefined) fields?.push(field);
      if (field !== undefined && /@id\b/.test(line)) id.push(field.name);
      id.push(...namesIn(/^\s*@@id\(\[([^\]]*)\]/.exec(line)?.[1]));
    }
  }
  return models;
}

function readField(line: string): FieldText | undefined {
  const [, name, type, mark, attributes = ''] = FIELD.exec(line) ?? [];
  if (name === undefined || type === undefined) return undefined;
  const relation = /@relation\((.*)\)/.exec(attributes)?.[1] ?? '';
  return {
    name,
    type,
    isList: mark === '[]',
    isRequired: mark === undefined,
    relationName: /(?:^\s*|name:\s*)"([^"]*)"/.exec(relation)?.[1],
    foreignKey: namesIn(/fields:\s*\[([^\]]*)\]/.exec(relation)?.[1]),
    references: namesIn(/references:\s*\[([^\]]*)\]/.exec(relation)?.[1]),
    onDelete: /onDelete:\s*(\w+)/.exec(relation)?.[1],
  };
}

function namesIn(list: string | undefined): string[] {
  return list === undefined ? [] : list.split(',').map((name) => name.trim());
}
