/** The thread that reads SQLite files, which tells what is alive on its heap to whoever asks. */
import "../../src/source/sqlite_worker.ts";
import { aliveHere, HEAP_CHANNEL } from "./poll_heaps.ts";

const asked = new BroadcastChannel(HEAP_CHANNEL);
asked.onmessage = async () => asked.postMessage(await aliveHere());
