import v8 from "node:v8";
import vm from "node:vm";

/** Collections in a row until what was let go of is gone: what a finished task held goes with the next ones. */
const COLLECTIONS = 5;

/** Bytes that are alive on the JavaScript heap of this thread, by full collections. */
export async function liveHeap(): Promise<number> {
  v8.setFlagsFromString("--expose-gc");
  const collect: unknown = vm.runInNewContext("gc");
  if (typeof collect !== "function") throw new TypeError("this runtime can't be told to collect");
  for (let times = 0; times < COLLECTIONS; times++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return v8.getHeapStatistics().used_heap_size;
}

/** Bytes that each of many runs of this work leaves alive, after some that warm up. Use what must stay alive after it. */
export async function keptByEach(work: () => Promise<unknown>, times = 10_000): Promise<number> {
  for (let n = 0; n < times / 10; n++) await work();
  const before = await liveHeap();
  for (let n = 0; n < times; n++) await work();
  return (await liveHeap() - before) / times;
}
