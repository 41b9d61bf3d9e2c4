import type { StartThread } from "../../src/source/sqlite_reader.ts";
import { liveHeap } from "../support/live_heap.ts";

/** Where threads are asked for the size of their heaps. */
export const HEAP_CHANNEL = "heap";

/** The heap of this thread and of those that it began to read SQLite files. */
export interface PollHeaps {
  readonly startThread: StartThread;
  /** Bytes that are alive on all of them and beside them. */
  alive(): Promise<number>;
}

export function pollHeaps(): PollHeaps {
  const channel = new BroadcastChannel(HEAP_CHANNEL);
  const threads = new Set<Worker>();
  const ofThreads = async () => {
    let bytes = 0;
    const told = Promise.withResolvers<void>();
    let left = threads.size;
    if (left === 0) return 0;
    channel.onmessage = ({ data }: MessageEvent<number>) => {
      bytes += data;
      if (--left === 0) told.resolve();
    };
    channel.postMessage("heap");
    await told.promise;
    return bytes;
  };
  return {
    startThread: ({ port, lost }) => {
      const thread = new Worker(new URL("./poll_reader.ts", import.meta.url), { type: "module" });
      thread.onerror = lost;
      thread.postMessage(port, [port]);
      threads.add(thread);
      return () => {
        threads.delete(thread);
        thread.terminate();
      };
    },
    alive: async () => await ofThreads() + await aliveHere(),
  };
}

/** Bytes that are alive on this thread's heap, and what its objects hold beside it. */
export async function aliveHere(): Promise<number> {
  return await liveHeap() + Deno.memoryUsage().external;
}
