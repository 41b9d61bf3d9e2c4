import { refuseReader, type StartReader, startReader } from "../source/sqlite_reader.ts";
import type { LaunchedReader } from "./messages.ts";
import { isBelow } from "./source_opener.ts";

/**
 * Readers of SQLite files as threads of the launching thread, which `launch` tells. The controllers' own thread may read
 * no such file; and Deno begins a thread of a thread late: one waits twice for a debugger, half a second each.
 */
export function launchedReaders(
  launch: (reader: LaunchedReader, transfer: readonly MessagePort[]) => void,
): StartReader {
  return ({ path, port, lost }) => {
    const { port1, port2: control } = new MessageChannel();
    port1.onmessage = lost;
    launch({ kind: "read", path, port, control }, [port, control]);
    return {
      end: () => {
        port1.postMessage("end");
        port1.close();
      },
    };
  };
}

/** The launching thread's part: begins the thread, where the file is below one of `sourcePaths`. */
export function serveReader({ path, port, control }: LaunchedReader, sourcePaths: readonly string[]): void {
  const start = sourcePaths.some((folder) => isBelow(path, folder)) ? startReader : refuseReader;
  const reader = start({ path, port, lost: () => control.postMessage("lost") });
  control.onmessage = () => {
    reader.end();
    control.close();
  };
}
