import { compareText } from "../../src/kube/compare_text.ts";
import type { ControlPlane } from "./control_plane.ts";
import { GrowingLines } from "./growing_lines.ts";

export interface AuditedRequest {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: {
    readonly username: string;
    readonly extra?: Readonly<Record<string, readonly string[] | undefined>>;
  };
  /** Whom it was made for, where that is another. */
  readonly impersonatedUser?: { readonly username: string; readonly groups?: readonly string[] };
  readonly requestReceivedTimestamp: string;
  readonly objectRef?: {
    readonly resource: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: { readonly code: number };
  /** What was sent with it; logged of deletions alone. */
  readonly requestObject?: { readonly preconditions?: { readonly uid?: string } };
}

const NO_CHANGE = ["events", "tokenreviews", "subjectaccessreviews"];
const WRITES = ["create", "update", "patch", "delete", "deletecollection"];

/** Whether it is a write that changed something: no refused one, no trial, no Event, no question of its own rights. */
export function isMade({ verb, requestURI, objectRef, responseStatus }: AuditedRequest): boolean {
  return WRITES.includes(verb) && !NO_CHANGE.includes(objectRef?.resource ?? "") &&
    !requestURI.includes("dryRun=All") && (responseStatus?.code ?? 0) < 300;
}

/** The Pod that asked, by its token; the user's name where the token is of no Pod. */
export function podOf({ user: { username, extra } }: AuditedRequest): string {
  return extra?.["authentication.kubernetes.io/pod-name"]?.[0] ?? username;
}

/** What the operator asked of the API server since a moment, from the server's own audit log. */
export class OperatorAudit {
  readonly #lines: GrowingLines;
  #requests: readonly AuditedRequest[] = [];

  constructor({ auditFile }: Pick<ControlPlane, "auditFile">) {
    this.#lines = new GrowingLines(auditFile);
  }

  /** Forgets what was asked before. */
  async restart(): Promise<void> {
    await this.#lines.skip();
    this.#requests = [];
  }

  async requests(): Promise<readonly AuditedRequest[]> {
    const added = await this.#lines.read();
    this.#requests = [...this.#requests, ...added.map((line) => JSON.parse(line) as AuditedRequest)];
    return this.#requests;
  }

  /** Deletions, refused ones and trials too, by whether they name the UID of what they mean, `configmaps/acme-config`. */
  async deletions(): Promise<{ readonly named: readonly string[]; readonly unnamed: readonly string[] }> {
    const all = (await this.requests()).filter(({ verb }) => /^delete/.test(verb));
    const [named = [], unnamed = []] = [true, false].map((wanted) =>
      all.filter(({ requestObject }) => (requestObject?.preconditions?.uid !== undefined) === wanted)
        .map(({ objectRef }) => `${objectRef?.resource}/${objectRef?.name}`)
    );
    return { named, unnamed };
  }

  /** Writes that changed something, as they came, `patch configmaps/acme-config`: refused ones, trials, events and Leases are left out. */
  async writes(): Promise<string[]> {
    const made = (await this.requests()).filter((one) => isMade(one) && one.objectRef?.resource !== "leases");
    // Each is logged at its end: what the watch told of it meanwhile may have led to another that ended sooner.
    return made.toSorted((a, b) => compareText(a.requestReceivedTimestamp, b.requestReceivedTimestamp)).map((
      { verb, objectRef },
    ) => `${verb} ${objectRef?.resource}/${objectRef?.name} ${objectRef?.subresource ?? ""}`.trim());
  }
}
