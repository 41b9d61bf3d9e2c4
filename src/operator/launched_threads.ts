import { type StartThread, startThread } from "../source/sqlite_reader.ts";
import type { LaunchedThread } from "./messages.ts";

/**
 * Threads that read SQLite files, as threads of the launching thread, which `launch` tells. The controllers' own thread
 * may read no such file; and Deno begins a thread of a thread late: one waits twice for a debugger, half a second each.
 */
export function launchedThreads(
  launch: (thread: LaunchedThread, transfer: readonly MessagePort[]) => void,
): StartThread {
  return ({ port, lost }) => {
    const { port1, port2: control } = new MessageChannel();
    port1.onmessage = lost;
    launch({ kind: "read", port, control }, [port, control]);
    return () => {
      port1.postMessage("end");
      port1.close();
    };
  };
}

/** The launching thread's part: begins a thread that may read what is below `sourcePaths`, and nothing else. */
export function serveThread({ port, control }: LaunchedThread, sourcePaths: readonly string[]): void {
  const terminate = startThread(sourcePaths, { port, lost: () => control.postMessage("lost") });
  control.onmessage = () => {
    terminate();
    control.close();
  };
}
