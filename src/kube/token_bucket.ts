/** Requests a second on average, and how many at once after a pause; as client-go's `QPS` and `Burst`. */
export interface Rate {
  readonly qps: number;
  readonly burst: number;
}

/** Tokens at a moment, in milliseconds. */
export interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

export function fullBucket({ burst }: Rate, now: number): Bucket {
  return { tokens: burst, at: now };
}

/** The bucket without one token, or the milliseconds until it has one. A clock that goes back adds nothing. */
export function takeToken(
  { tokens, at }: Bucket,
  { qps, burst }: Rate,
  now: number,
): { readonly kind: "taken"; readonly bucket: Bucket } | { readonly kind: "empty"; readonly waitMs: number } {
  const filled = tokensAt({ tokens, at }, { qps, burst }, now);
  if (filled >= 1) return { kind: "taken", bucket: { tokens: filled - 1, at: Math.max(at, now) } };
  return { kind: "empty", waitMs: (1 - filled) * 1000 / qps };
}

/** Whether the bucket is as good as a new one by now. */
export function isFull(bucket: Bucket, rate: Rate, now: number): boolean {
  return tokensAt(bucket, rate, now) >= rate.burst;
}

function tokensAt({ tokens, at }: Bucket, { qps, burst }: Rate, now: number): number {
  return Math.min(burst, tokens + Math.max(0, now - at) * qps / 1000);
}
