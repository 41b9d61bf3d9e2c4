import { isDeepStrictEqual } from "node:util";
import type { HubSecrets } from "../hub/read_rows.ts";
import type { WatchingClient } from "../kube/client.ts";
import { NamedWatches } from "../kube/named_watches.ts";
import { SECRET } from "./kinds.ts";

export interface StoppableSecrets extends HubSecrets {
  stop(): Promise<void>;
}

/** The Secrets that hubs name, watched one by one: `onChange` is told the hub whose Secret holds other values now. */
export function hubSecrets(client: WatchingClient, onChange: (hub: string) => void): StoppableSecrets {
  return new NamedWatches<Readonly<Record<string, string>>>({
    client,
    type: SECRET,
    project: (object) => (object["data"] ?? {}) as Record<string, string>,
    differs: (was, now) => !isDeepStrictEqual(was, now),
    onChange,
  });
}
