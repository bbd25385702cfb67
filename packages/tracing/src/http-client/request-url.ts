/**
 * The URL of a request from its origin and target. A target that begins with `//` is still a path: read as a relative
 * URL it would name another host, and the request would be taken for one to that host.
 */
export function urlOf(origin: string, target: string): URL | null {
  return target.startsWith('/') ? URL.parse(origin.replace(/\/$/, '') + target) : URL.parse(target, origin);
}
