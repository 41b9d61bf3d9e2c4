import type { ApplyMode, FieldConflict } from "../api/stages.ts";
import type { Finding } from "./settle.ts";
import type { Tracking } from "./sharing.ts";

/** What to do about an object that was read by name. */
export type Looked =
  | {
    readonly kind: "apply";
    readonly mode: ApplyMode;
    readonly tracking: Tracking;
    /** The Go implementation wrote the object: its fields become ours first. */
    readonly former?: boolean;
    /** What somebody else did, where that is why. */
    readonly seen?: Seen;
  }
  | { readonly kind: "finding"; readonly finding: Finding };

/** What somebody else did to the object. */
export type Seen =
  | { readonly kind: "deleted" }
  | {
    readonly kind: "changed";
    readonly taken: readonly FieldConflict[];
    readonly removed: ReadonlySet<string>;
  };

export function stop(finding: Finding): Looked {
  return { kind: "finding", finding };
}
