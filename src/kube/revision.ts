const DECIMAL = /^[1-9]\d*$/;

/**
 * Which of two resourceVersions of one kind is newer: negative when `a` is older, 0 when equal, positive when newer.
 *
 * Kubernetes promises that they compare as integers (since 1.35 in its documents, and so in every release with etcd);
 * `undefined` where one of them is no positive integer, so that only equality is known.
 */
export function compareRevisions(a: string, b: string): number | undefined {
  if (a === b) return 0;
  if (!DECIMAL.test(a) || !DECIMAL.test(b)) return undefined;
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : 1;
}
