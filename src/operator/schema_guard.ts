import { KINDS } from "../api/crd.ts";
import { API_VERSION, GROUP } from "../api/labels.ts";
import type { ControllerOptions } from "../controller/controller.ts";
import type { Timers } from "../controller/timers.ts";
import { requeueAfter } from "../controller/verdict.ts";
import type { KubeClient } from "../kube/client.ts";
import { KubeError } from "../kube/error.ts";
import type { Log } from "../telemetry/log.ts";
import type { CacheHandlers } from "./caches.ts";
import { describeMissing, missingFields } from "./served_schema.ts";

export interface SchemaGuardOptions {
  readonly client: Pick<KubeClient, "raw">;
  readonly timers: Timers;
  readonly log: Log;
}

const OUR_CRDS: ReadonlySet<string> = new Set(KINDS.map(({ plural }) => `${plural}.${GROUP}`));

type Reconcile = ControllerOptions["reconcile"];

/** Until the schema is looked at again, in milliseconds: the server publishes a change a moment after it is stored. */
const AGAIN_MS = 2000;

/** Keeps the controllers from writing while the API server would drop fields that they write. Mends itself. */
export class SchemaGuard {
  readonly #options: SchemaGuardOptions;
  readonly #abort = new AbortController();
  #problems: readonly string[] = ["the served schema of our kinds has not been read yet"];
  #looked = false;
  #cancel: (() => void) | undefined;
  #checking: Promise<void> = Promise.resolve();

  constructor(options: SchemaGuardOptions) {
    this.#options = options;
  }

  /** Why nothing may be written, one sentence each; empty when all is well. */
  problems(): readonly string[] {
    return this.#problems;
  }

  /** Reads the served schema. Called at start and when one of our CustomResourceDefinitions changed. */
  async check(): Promise<void> {
    this.#checking = this.#checking.then(() => this.#check());
    await this.#checking;
  }

  /** Handlers that look at the schema again when one of our CustomResourceDefinitions changed. */
  watching(handlers: CacheHandlers): CacheHandlers {
    return {
      ...handlers,
      crd: (event) => {
        handlers.crd(event);
        const { key } = event.kind === "deleted" ? event.was : event.now;
        // The first list comes before the first look.
        if (OUR_CRDS.has(key) && this.#looked) this.#later();
      },
    };
  }

  /** A reconcile that does nothing while fields are missing, and then comes back. */
  guard(reconcile: Reconcile): Reconcile {
    return async (key, signal, urgency) =>
      this.#problems.length === 0 ? await reconcile(key, signal, urgency) : requeueAfter(AGAIN_MS);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#cancel?.();
    await this.#checking;
  }

  async #check(): Promise<void> {
    if (this.#abort.signal.aborted) return;
    this.#looked = true;
    const problems = await this.#look();
    if (problems !== undefined && problems.join("\n") !== this.#problems.join("\n")) {
      for (const problem of problems) this.#options.log.error("Nothing is written", { problem });
      if (problems.length === 0) this.#options.log.info("The served schema has every field", {});
      this.#problems = problems;
    }
    if (this.#problems.length > 0) this.#later();
  }

  #later(): void {
    if (this.#abort.signal.aborted) return;
    this.#cancel?.();
    this.#cancel = this.#options.timers.after(AGAIN_MS, () => {
      this.check().catch((error: unknown) => this.#options.log.error("Served schema", { error }));
    });
  }

  /** undefined where no answer came: what was known stays. */
  async #look(): Promise<string[] | undefined> {
    try {
      const document = await this.#options.client.raw(`/openapi/v3/apis/${API_VERSION}`, {
        signal: this.#abort.signal,
      });
      return missingFields(document).map(describeMissing);
    } catch (error) {
      if (error instanceof KubeError && error.status === 403) {
        this.#options.log.error("The served schema may not be read and is taken to be right", { error });
        return [];
      }
      if (!this.#abort.signal.aborted) this.#options.log.error("Failed to read the served schema", { error });
      return undefined;
    }
  }
}
