/** Starts `work` for each item, at most `width` at a time, in order; a promise an item, none of which goes unhandled. */
export function startPool<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void>[] {
  const done = items.map(() => Promise.withResolvers<void>());
  for (const { promise } of done) promise.catch(() => undefined);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      const settle = done[index];
      if (item === undefined || settle === undefined) continue;
      await work(item).then(settle.resolve, settle.reject);
    }
  };
  for (let index = 0; index < width; index++) worker().catch(() => undefined);
  return done.map(({ promise }) => promise);
}
