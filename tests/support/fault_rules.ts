import { type AskedRequest, matches, type RequestMatch } from "./fault_requests.ts";

/** What a fault does to a request. */
export type FaultAction =
  /** The proxy answers in place of the server, which hears nothing. */
  | {
    readonly kind: "answer";
    readonly status: number;
    readonly reason: string;
    readonly retryAfter?: number;
  }
  /** The connection ends before the server hears of it. */
  | { readonly kind: "drop" }
  /** The server does it, the connection ends before the answer. */
  | { readonly kind: "lose" }
  | { readonly kind: "delay"; readonly ms: number }
  /** The connection ends after so many bytes of the answer's body. */
  | { readonly kind: "truncate"; readonly bytes: number }
  /** The body comes in pieces of one to so many bytes, cut anywhere. */
  | { readonly kind: "chop"; readonly most: number }
  /** The server is asked for the state of the moment at which the proxy was frozen; watches bring nothing. */
  | { readonly kind: "old" }
  /** Events of a watch come so much later, and those that another of the same object follows meanwhile never. */
  | { readonly kind: "withhold"; readonly ms: number }
  /** Nothing comes back, the connection stays. */
  | { readonly kind: "hang" }
  /** The process is killed before the server hears of it, or once the server has answered. */
  | { readonly kind: "crash"; readonly when: "before" | "after" }
  /** The process is asked to end while the server has the request before it. */
  | { readonly kind: "terminate" };

/** A request that came through, with what became of it. */
export interface SeenRequest extends AskedRequest {
  /** Milliseconds since the proxy began. */
  readonly at: number;
  readonly fault: FaultAction | undefined;
  /** What the server answered; undefined as long as it did not, or was not asked. */
  status?: number;
  /** Its token was not the valid one. */
  refused?: true;
  /** Name and UID of what was made or deleted, from the answer; the name of what is to be made, from the request. */
  named?: string;
  uid?: string;
}

/** One fault: data, so that a table of scenarios can hold it. */
export interface ApiFault {
  readonly on: RequestMatch;
  readonly do: FaultAction;
  /** The first request of those that match, counted from 1 since the fault was set; 1 unless told. */
  readonly from?: number;
  /** How many requests meet it; without end unless told. */
  readonly times?: number;
  /** At most once for each object and verb: of each write the first. */
  readonly eachOnce?: true;
}

/** A fault that is set, with what it has met. */
interface SetFault {
  readonly fault: ApiFault;
  readonly met: Set<string>;
  seen: number;
  done: number;
}

/** The faults that are set now. */
export class FaultRules {
  #set: readonly SetFault[] = [];
  /** How many requests met a fault since the start. */
  met = 0;

  arm(faults: readonly ApiFault[]): void {
    this.#set = faults.map((fault) => ({ fault, met: new Set(), seen: 0, done: 0 }));
  }

  heal(): void {
    this.#set = [];
  }

  /** Whether this is still done to requests. */
  isSet(action: FaultAction): boolean {
    return this.#set.some(({ fault }) => fault.do === action);
  }

  /** Every fault with an end has met as many requests as it was for. */
  get spent(): boolean {
    return this.#set.every(({ fault, done }) => fault.times !== undefined && done >= fault.times);
  }

  /** What happens to this request; counts it. */
  actionFor(asked: AskedRequest): FaultAction | undefined {
    for (const each of this.#set) {
      if (!matches(each.fault.on, asked)) continue;
      each.seen += 1;
      if (!this.#applies(each, asked)) continue;
      each.done += 1;
      this.met += 1;
      return each.fault.do;
    }
    return undefined;
  }

  #applies(each: SetFault, asked: AskedRequest): boolean {
    const { from = 1, times = Infinity, eachOnce } = each.fault;
    if (each.seen < from || each.done >= times) return false;
    if (eachOnce === undefined) return true;
    const key = `${asked.verb} ${asked.resource}/${asked.name ?? ""}/${asked.subresource ?? ""}`;
    if (each.met.has(key)) return false;
    each.met.add(key);
    return true;
  }
}
