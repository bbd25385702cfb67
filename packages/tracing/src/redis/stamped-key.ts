export interface StampedKeyOptions {
  /** Whether the key lives in a Redis Cluster, where the stamp must share its slot. Default false. */
  cluster?: boolean | undefined;
}

/**
 * The name of the key that `stampKeys` writes beside `key`: `<key>:trace`. In a cluster a key without a hash tag
 * becomes one, `{<key>}:trace`, since the slot is then that of the whole key; a key with a lone `}` in it has no
 * neighbour in its slot and gets no stamp.
 */
export function stampedKey(key: string, { cluster = false }: StampedKeyOptions = {}): string | undefined {
  if (!cluster || hasHashTag(key)) return `${key}:trace`;
  return key === '' || key.includes('}') ? undefined : `{${key}}:trace`;
}

/** @see https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags */
function hasHashTag(key: string): boolean {
  const open = key.indexOf('{');
  return open >= 0 && key.indexOf('}', open + 1) > open + 1;
}
