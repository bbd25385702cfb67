import type { Request } from 'express';

/** What is read of a router's layers. `rawPath` is there from router 2.3 on. */
interface Layer {
  readonly route?: object | undefined;
  readonly rawPath?: unknown;
  readonly handle?: { readonly stack?: readonly Layer[] };
}

interface Application {
  readonly router?: { readonly stack?: readonly Layer[] };
  readonly mountpath?: string | readonly string[];
  readonly parent?: Application;
}

/** The patterns under which a route can be reached; more than one where it or its router has several paths. */
const patternsOfRoute = new WeakMap<object, readonly string[]>();

/**
 * The pattern that matched a request, with the patterns of the routers above it: `/tenants/:tenant/orders/:id`.
 * Never a part of the URL, so that the number of names is bounded by the code. Undefined when no route matched.
 */
export function routePattern(req: Request): string | undefined {
  const route: unknown = req.route;
  if (typeof route !== 'object' || route === null) return undefined;
  let patterns = patternsOfRoute.get(route);
  if (patterns === undefined) {
    patterns = findPatterns(req.app as unknown as Application, route);
    patternsOfRoute.set(route, patterns);
  }
  return patterns.length > 1 ? bestMatch(patterns, req.originalUrl) : patterns[0];
}

function findPatterns(app: Application, route: object): string[] {
  for (let current: Application | undefined = app; current !== undefined; current = current.parent) {
    const found = search(current.router?.stack ?? [], route, [mountPattern(current)], new Set());
    if (found.length > 0) return found;
  }
  // An older router keeps no patterns of mount paths: the route's own one is all that is known.
  return 'path' in route ? patternsIn(route.path) : [];
}

function mountPattern(app: Application): string {
  if (app.parent === undefined) return '';
  const [first = ''] = patternsIn(app.mountpath);
  return join(mountPattern(app.parent), first);
}

function search(
  stack: readonly Layer[],
  route: object,
  prefixes: readonly string[],
  above: Set<unknown>,
): string[] {
  const found: string[] = [];
  for (const { route: own, rawPath, handle } of stack) {
    const paths = () => prefixes.flatMap((prefix) => patternsIn(rawPath).map((path) => join(prefix, path)));
    if (own === route) found.push(...paths());
    const inner = own === undefined ? handle?.stack : undefined;
    if (inner === undefined || above.has(inner)) continue;
    found.push(...search(inner, route, paths(), new Set(above).add(inner)));
  }
  return found;
}

function patternsIn(path: unknown): string[] {
  if (Array.isArray(path)) return path.flatMap(patternsIn);
  return [typeof path === 'string' || path instanceof RegExp ? String(path) : ''];
}

function join(prefix: string, path: string): string {
  if (path === '/' || path === '') return prefix === '' ? path : prefix;
  return prefix === '/' ? path : prefix + path;
}

/** The pattern with as many segments as the URL and the same fixed ones; else the first. */
function bestMatch(patterns: readonly string[], url: string): string | undefined {
  const segments = (url.split('?', 1)[0] ?? '').split('/');
  const fits = (pattern: string) => {
    const parts = pattern.split('/');
    return (
      parts.length === segments.length &&
      parts.every((part, index) => /[:*{(]/.test(part) || part === segments[index])
    );
  };
  return patterns.find(fits) ?? patterns[0];
}
