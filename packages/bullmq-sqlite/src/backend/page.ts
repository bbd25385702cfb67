/**
 * An inclusive range of places in a list of `count` entries as offset and limit. Negative places count from the end:
 * -1 is the last.
 */
export function sliceOf(start: number, end: number, count: number): { offset: number; limit: number } {
  const offset = start < 0 ? Math.max(count + start, 0) : start;
  const last = end < 0 ? count + end : Math.min(end, count - 1);
  return { offset, limit: Math.max(last - offset + 1, 0) };
}
