import type { AskedRequest, RequestMatch } from "../support/fault_requests.ts";
import type { ApiFault } from "../support/fault_rules.ts";
import type { WatchFault } from "../support/fault_watches.ts";
import type { ServerKind } from "./stage.ts";
import type { WorkloadName } from "./workloads.ts";

/** What must hold of the requests while faults were set, besides what holds for every scenario. */
export type Expectation =
  /** Nothing that was answered with Retry-After is asked again before. */
  | { readonly kind: "waits out Retry-After" }
  /** Requests of this kind since the faults were set, from `least` to `most`. */
  | { readonly kind: "asks"; readonly on: RequestMatch; readonly least?: number; readonly most?: number }
  /** No DELETE before the faults are gone. */
  | { readonly kind: "deletes nothing meanwhile" }
  /** No DELETE since the faults were set, also after them. */
  | { readonly kind: "deletes nothing" }
  /** Nothing is written once the Lease was given back. */
  | { readonly kind: "silent after release" }
  /** No write is sent later than so long after the last time that its sender made the Lease its own. */
  | { readonly kind: "writes within its Lease"; readonly seconds: number }
  /** Each of these verbs has met a fault. */
  | { readonly kind: "meets"; readonly verbs: readonly AskedRequest["verb"][] };

export type FaultGroup = "api" | "crash" | "leader";

/** One scenario as data: what is injected, when, into which work, and what must hold besides the oracle. */
export interface ApiScenario {
  readonly name: string;
  readonly group: FaultGroup;
  readonly workload: WorkloadName;
  /** Faults are set before the operator starts, before it starts once more, or just before the work. */
  readonly at: "start" | "restart" | "work";
  readonly inject?: readonly ApiFault[];
  /** Done to the watches that are open when the work begins. */
  readonly strike?: { readonly on: RequestMatch; readonly with: WatchFault };
  /** Faults without an end last so long; the others until they are spent. */
  readonly lastsMs?: number;
  /** The API server gets another token for the operator just before the work. */
  readonly rotatesToken?: true;
  /** The operator ends by itself while the faults last, since it lost its Lease; they end with it. */
  readonly endsItself?: true;
  /** More work while the killed operator is away. */
  readonly whileDead?: WorkloadName;
  /** Work that the state of an older moment does not know yet, done before the operator starts once more. */
  readonly unseen?: true;
  /** The fault may find nothing to meet: a run may need fewer writes than another. */
  readonly mayMiss?: true;
  readonly pageLimit?: number;
  readonly flags?: readonly string[];
  readonly expect?: readonly Expectation[];
  /** Objects made or deleted may differ from a run without faults: the faults come between two works. */
  readonly counts?: "free";
  readonly needs?: ServerKind;
  /** Run with every `deno task test`; the others by `deno task faults`. */
  readonly chosen?: true;
}
