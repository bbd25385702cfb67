import { InvalidJobError } from '../errors.ts';

/** A schema of any library that follows Standard Schema, by what is used of it. @see https://standardschema.dev */
export interface StandardSchema<Input, Output> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a schema made of a value. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** What a schema objects to. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What the schema makes of `data`. @throws InvalidJobError naming the first place that does not fit */
export async function applySchema<Input, Output>(
  schema: StandardSchema<Input, Output>,
  data: Input,
): Promise<Output> {
  const result = await schema['~standard'].validate(data);
  if (result.issues === undefined) return result.value;
  const [issue] = result.issues;
  const path = (issue?.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  throw new InvalidJobError(
    ['data', ...path].join('.'),
    `does not fit the schema: ${issue?.message ?? 'no reason given'}`,
  );
}
