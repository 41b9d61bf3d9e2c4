import type { ControlPlane } from "./control_plane.ts";

interface AuditedRequest {
  readonly verb: string;
  readonly requestURI: string;
  readonly objectRef?: {
    readonly resource: string;
    readonly name?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: { readonly code: number };
}

const WRITES = ["create", "update", "patch", "delete", "deletecollection"];

/** What the operator asked of the API server since a moment, from the server's own audit log. */
export class OperatorAudit {
  readonly #plane: ControlPlane;
  #from = 0;

  constructor(plane: ControlPlane) {
    this.#plane = plane;
  }

  /** Forgets what was asked before. */
  async restart(): Promise<void> {
    this.#from = (await this.#plane.audit()).length;
  }

  async requests(): Promise<AuditedRequest[]> {
    return (await this.#plane.audit()).slice(this.#from).map((line) => JSON.parse(line) as AuditedRequest);
  }

  /** Writes that changed something, `patch configmaps/acme-config`: refused ones, trials and events are left out. */
  async writes(): Promise<string[]> {
    const made = (await this.requests()).filter(({ verb, requestURI, objectRef, responseStatus }) =>
      WRITES.includes(verb) && objectRef?.resource !== "events" && !requestURI.includes("dryRun=All") &&
      (responseStatus?.code ?? 0) < 300
    );
    return made.map(({ verb, objectRef }) =>
      `${verb} ${objectRef?.resource}/${objectRef?.name} ${objectRef?.subresource ?? ""}`.trim()
    );
  }
}
