export const REDACTED = '[redacted]';

/** Makes a copy of an image without the values at the paths that were configured. */
export type Redact = (value: unknown) => unknown;

interface Node {
  readonly children: Map<string, Node>;
  isLeaf: boolean;
}

/** @param paths `'password'`, `'card.number'`, `'items.*.secret'`; `*` stands for any key or index */
export function createRedact(paths: readonly string[]): Redact {
  if (paths.length === 0) return (value) => value;
  const root: Node = { children: new Map(), isLeaf: false };
  for (const path of paths) {
    let node = root;
    for (const part of path.split('.')) {
      const next = node.children.get(part) ?? { children: new Map(), isLeaf: false };
      node.children.set(part, next);
      node = next;
    }
    node.isLeaf = true;
  }
  return (value) => redact(value, [root]);
}

function redact(value: unknown, nodes: readonly Node[]): unknown {
  if (nodes.length === 0) return value;
  if (nodes.some(({ isLeaf }) => isLeaf)) return value === undefined ? undefined : REDACTED;
  if (Array.isArray(value)) return value.map((item, index) => redact(item, below(nodes, String(index))));
  if (!isPlain(value)) return value;
  // What describes itself to JSON is redacted as it describes itself.
  const toJson = value['toJSON'];
  if (typeof toJson === 'function') return redact((toJson as () => unknown).call(value), nodes);
  const copy: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [key, member] of Object.entries(value)) copy[key] = redact(member, below(nodes, key));
  return copy;
}

function below(nodes: readonly Node[], key: string): Node[] {
  return nodes.flatMap(({ children }) =>
    [children.get(key), children.get('*')].filter((node) => node !== undefined),
  );
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !(value instanceof Date) && !ArrayBuffer.isView(value)
  );
}
