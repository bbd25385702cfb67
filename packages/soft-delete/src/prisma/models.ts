import { MissingColumnsError, SoftDeleteOptionError } from '../errors.ts';
import { defineSchema, type OnDelete, type Relation, type Schema, type Table } from '../schema.ts';
import type { FieldText, ModelText } from './datamodel.ts';
import type { ResolvedOptions } from './options.ts';

export interface RelationField {
  readonly name: string;
  readonly model: Model;
  readonly isList: boolean;
  /** The field of `model` that leads back. */
  readonly inverse: string | undefined;
}

export interface Model {
  readonly name: string;
  readonly table: Table;
  readonly fields: ReadonlySet<string>;
  readonly relations: ReadonlyMap<string, RelationField>;
}

/** The two fields of a relation between models: the parent's name in the child, and the children's in the parent. */
export interface RelationNames {
  readonly parentField: string;
  readonly childField: string;
  readonly isList: boolean;
}

export interface Models {
  readonly byName: ReadonlyMap<string, Model>;
  readonly relations: ReadonlyMap<Relation, RelationNames>;
  readonly schema: Schema;
  /** Whether rows are kept by tenant. */
  readonly byTenant: boolean;
}

const ACTIONS: Readonly<Record<string, OnDelete>> = {
  Cascade: 'cascade',
  Restrict: 'restrict',
  NoAction: 'restrict',
  SetNull: 'set null',
};

interface Link extends RelationNames {
  readonly parent: string;
  readonly foreignKey: readonly string[];
  readonly references: readonly string[];
  readonly onDelete: OnDelete;
}

/**
 * Joins the models of a Prisma schema as the options say.
 * @throws SoftDeleteOptionError, MissingColumnsError
 */
export function joinModels(texts: readonly ModelText[], options: ResolvedOptions): Models {
  const byText = new Map(texts.map((text) => [text.name, text]));
  const marked = markedModels(byText, options);
  checkRelationNames(byText, options);
  const links = new Map(texts.map((text) => [text.name, linksOf(text, byText, options)]));
  const schema = defineSchema(
    Object.fromEntries(
      texts.map(({ name, fields, id }) => [
        name,
        {
          ...(id.length === 0 ? {} : { primaryKey: id }),
          columns: options.fields,
          softDelete: marked.has(name),
          relations: links.get(name) ?? [],
          ...(options.tenantField !== undefined && has(fields, options.tenantField)
            ? { tenantColumn: options.tenantField }
            : {}),
        },
      ]),
    ),
  );
  const relations = new Map<Relation, RelationNames>();
  for (const table of schema.values()) {
    table.parents.forEach((relation, index) => {
      const link = links.get(table.name)?.[index];
      if (link !== undefined) relations.set(relation, link);
    });
  }
  return {
    byName: modelsOf(texts, byText, schema),
    relations,
    schema,
    byTenant: options.tenantField !== undefined,
  };
}

function markedModels(texts: ReadonlyMap<string, ModelText>, options: ResolvedOptions): Set<string> {
  const wanted = Object.values(options.fields);
  const marked = new Set<string>();
  for (const name of options.models ?? texts.keys()) {
    const text = texts.get(name);
    if (text === undefined) {
      throw new SoftDeleteOptionError(
        'models',
        `models names "${name}", which the Prisma schema does not have; it has ${[...texts.keys()].join(', ')}.`,
      );
    }
    const missing = wanted.filter((field) => !has(text.fields, field));
    if (missing.length === 0) marked.add(name);
    else if (options.models !== undefined || has(text.fields, options.fields.deletedAt)) {
      throw new MissingColumnsError(
        name,
        missing,
        `Add ${wanted[0]} DateTime?, ${wanted[1]} String? and ${wanted[2]} String? to the model, or leave it out of the option models.`,
      );
    }
  }
  if (marked.size === 0) {
    throw new MissingColumnsError('every model', wanted, 'Add the fields to the models to be kept.');
  }
  return marked;
}

function linksOf(
  { name, fields }: ModelText,
  texts: ReadonlyMap<string, ModelText>,
  options: ResolvedOptions,
): Link[] {
  return fields.flatMap((field) => {
    const parent = texts.get(field.type);
    const inverse = parent === undefined ? undefined : inverseOf(name, field, parent);
    if (parent === undefined || inverse === undefined || field.foreignKey.length === 0) return [];
    const { name: parentField, foreignKey, references } = field;
    const onDelete = options.onDelete[`${name}.${parentField}`] ?? declaredAction(field);
    const childField = inverse.name;
    return [
      {
        parent: parent.name,
        foreignKey,
        references,
        onDelete,
        parentField,
        childField,
        isList: inverse.isList,
      },
    ];
  });
}

/** Prisma's own rules, but for a relation that is optional and says nothing: its link is kept, so a restore has it. */
function declaredAction({ onDelete, isRequired }: FieldText): OnDelete {
  if (onDelete === undefined) return isRequired ? 'restrict' : 'keep';
  return ACTIONS[onDelete] ?? 'keep';
}

function checkRelationNames(texts: ReadonlyMap<string, ModelText>, options: ResolvedOptions): void {
  for (const name of Object.keys(options.onDelete)) {
    const [model = '', field = ''] = name.split('.');
    const found = texts.get(model)?.fields.find((candidate) => candidate.name === field);
    if (found === undefined || found.foreignKey.length === 0) {
      throw new SoftDeleteOptionError(
        'onDelete',
        `onDelete names "${name}", which is no relation with a foreign key; write Child.parent, the side with @relation(fields: …).`,
      );
    }
  }
}

function modelsOf(
  texts: readonly ModelText[],
  byText: ReadonlyMap<string, ModelText>,
  schema: Schema,
): Map<string, Model> {
  const models = new Map<string, Model & { relations: Map<string, RelationField> }>();
  for (const [name, table] of schema) {
    const fields = new Set(byText.get(name)?.fields.map((field) => field.name));
    models.set(name, { name, table, fields, relations: new Map() });
  }
  for (const { name, fields } of texts) {
    for (const field of fields) {
      const model = models.get(field.type);
      const text = byText.get(field.type);
      if (model === undefined || text === undefined) continue;
      const inverse = inverseOf(name, field, text)?.name;
      models.get(name)?.relations.set(field.name, { name: field.name, model, isList: field.isList, inverse });
    }
  }
  return models;
}

function inverseOf(owner: string, field: FieldText, target: ModelText): FieldText | undefined {
  return target.fields.find(
    (candidate) =>
      candidate.type === owner &&
      candidate.relationName === field.relationName &&
      (target.name !== owner || candidate.name !== field.name),
  );
}

function has(fields: readonly FieldText[], name: string): boolean {
  return fields.some((field) => field.name === name);
}
