import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { readOpenApi } from '../src/openapi.ts';

interface Operation {
  readonly security?: readonly object[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, object>>;
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface DescribedOperation {
  /** In capitals. */
  readonly method: string;
  /** `/orders/{id}` */
  readonly path: string;
  readonly statuses: readonly string[];
}

export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly sent: unknown;
  readonly status: number;
  readonly contentType: string | null;
  readonly body: unknown;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'];

/** Holds what the service answers against `openapi.yaml`. */
export class Contract {
  /** `POST /orders 201` */
  readonly seen: Set<string> = new Set();
  readonly #description = readOpenApi() as Description;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });

  constructor() {
    formats.default(this.#ajv);
    this.#ajv.addSchema(this.#description, 'openapi');
  }

  operations(): DescribedOperation[] {
    return Object.entries(this.#description.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => method in item).map((method) => ({
        method: method.toUpperCase(),
        path,
        statuses: Object.keys((item[method] as Operation).responses),
      })),
    );
  }

  /** @throws Error for an answer that is not described, or not so */
  check({ method, path: url, sent, status, contentType, body }: Exchange): void {
    const path = this.#template(url.split('?', 1)[0] ?? '');
    const where = `${method} ${path} ${status}`;
    const operation = this.#description.paths[path]?.[method.toLowerCase()] as Operation | undefined;
    if (operation === undefined) throw new Error(`${method} ${url} is not described.`);
    const response = this.#resolve(operation.responses[status]);
    if (response === undefined) throw new Error(`${where} is not described.`);
    this.seen.add(where);
    this.#checkRequest(where, operation, sent, body);
    const mediaType = contentType?.split(';', 1)[0];
    if (response.content === undefined) {
      if (body !== '') throw new Error(`${where} is described without a body and has one.`);
      return;
    }
    const content = mediaType === undefined ? undefined : response.content[mediaType];
    if (content === undefined) throw new Error(`${where} is not described as ${mediaType}.`);
    const problem = this.#problemOf(content.schema, body);
    if (problem !== undefined) throw new Error(`${where} is not as described: ${problem}`);
  }

  /** What the description calls wrong is refused, and nothing else is. */
  #checkRequest(where: string, { requestBody }: Operation, sent: unknown, body: unknown): void {
    if (requestBody === undefined || sent === undefined) return;
    const { content } = requestBody as { content: Record<string, { schema: object }> };
    const problem = this.#problemOf(content['application/json']?.schema ?? {}, sent);
    const isRefused = (body as { error?: { code?: string } }).error?.code === 'INVALID_BODY';
    if (problem !== undefined && !where.endsWith(' 400') && !where.endsWith(' 401')) {
      throw new Error(`${where} is the answer to a body that is described as wrong: ${problem}`);
    }
    if (problem === undefined && isRefused)
      throw new Error(`${where}: the body is as described and refused.`);
  }

  #template(url: string): string {
    const paths = Object.keys(this.#description.paths);
    if (paths.includes(url)) return url;
    const fits = (path: string) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(url);
    return paths.find(fits) ?? url;
  }

  #resolve(response: object | undefined): { content?: Record<string, { schema: object }> } | undefined {
    if (response === undefined || !('$ref' in response)) return response;
    const steps = String(response.$ref).slice(2).split('/');
    return steps.reduce<unknown>(
      (node, step) => (node as Record<string, unknown>)[step],
      this.#description,
    ) as {
      content?: Record<string, { schema: object }>;
    };
  }

  #problemOf(schema: object, value: unknown): string | undefined {
    // References of the description are read within it.
    const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/')) as object;
    const validate = this.#ajv.compile(absolute);
    return validate(value) ? undefined : this.#ajv.errorsText(validate.errors);
  }
}
