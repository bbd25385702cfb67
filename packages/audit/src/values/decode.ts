/** What `encodeValue` wrote, with its bigints, dates and bytes; numbers too large for a double come as bigint. */
export function decodeValue(text: string): unknown {
  return untag(JSON.parse(text, keepLargeIntegers) as unknown);
}

/** A database keeps integers that `JSON.parse` would round; the third argument has the digits as they stand. */
function keepLargeIntegers(_key: string, value: unknown, ...rest: [{ source?: string }?]): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = rest[0]?.source ?? '';
  if (!/^-?\d+$/.test(source) || digitsOf(source) === digitsOf(String(value))) return value;
  return BigInt(source);
}

/** A double writes as many digits as tell it from its neighbours, and zeros or an exponent behind them. */
function digitsOf(number: string): string {
  return number.replace(/e.*$/, '').replaceAll(/[-.]/g, '').replace(/0+$/, '');
}

function untag(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(untag);
  const entries = Object.entries(value);
  const [only] = entries;
  if (only !== undefined && entries.length === 1 && typeof only[1] === 'string') {
    const read = TAGS[only[0]];
    if (read !== undefined) return read(only[1]);
  }
  return Object.fromEntries(
    entries.map(([key, member]) => [key.startsWith('$$') ? key.slice(1) : key, untag(member)]),
  );
}

const TAGS: Readonly<Record<string, ((text: string) => unknown) | undefined>> = Object.assign(
  Object.create(null) as Record<string, (text: string) => unknown>,
  {
    $bigint: BigInt,
    $date: (text: string) => new Date(text),
    $bytes: (text: string) => Buffer.from(text, 'hex'),
    $number: Number,
    $utf16: (text: string) => Buffer.from(text, 'base64').toString('utf16le'),
  },
);
