import { DatabaseSync } from "node:sqlite";
import { findCondition } from "../../src/api/conditions.ts";
import { ANNOTATION } from "../../src/api/labels.ts";
import type { StoredHub } from "../../src/api/stored.ts";
import { intervalMs } from "../../src/hub/interval.ts";
import { isConflict, KubeError } from "../../src/kube/error.ts";
import type { KubeConnection, ObjectRef } from "../../src/kube/client.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import type { ResourceType } from "../../src/kube/resource_type.ts";
import { type SqliteFile, sqliteFile } from "../support/databases.ts";
import type { TableRows } from "./expect_rows.ts";
import { FORMS, HUBS, NODES, type Picture, type Pictures } from "./picture.ts";
import { type FleetPlace, type FleetSpecs, seedFleet, seedTables } from "./seed_fleet.ts";

const MANAGER = { fieldManager: "campaign" };
/** A hub that reads less often than that is not waited for. */
const SOON_MS = 5_000;
const NAMESPACES = { group: "", version: "v1", kind: "Namespace", plural: "namespaces", namespaced: false };

/** What the API server said to a write. */
export type Answer =
  | { readonly kind: "accepted" }
  | { readonly kind: "refused"; readonly status: number; readonly message: string };

/** A hub with its forms in a namespace of its own, and the hands that change them. */
export class Fleet {
  readonly place: FleetPlace;
  readonly seed: FleetSpecs;
  readonly #client: KubeConnection;
  readonly #pictures: Pictures;
  readonly #file: SqliteFile;
  /** The hub, and its generation, under which rows changed last. */
  #changedUnder = "";

  private constructor(
    of: { place: FleetPlace; client: KubeConnection; pictures: Pictures; file: SqliteFile },
  ) {
    this.place = of.place;
    this.seed = seedFleet(of.place);
    this.#client = of.client;
    this.#pictures = of.pictures;
    this.#file = of.file;
  }

  static async make(of: { client: KubeConnection; pictures: Pictures; number: number }): Promise<Fleet> {
    const word = `-${of.number}`;
    const file = await sqliteFile(seedTables(word));
    const namespace = `campaign${word}`;
    const place = { namespace, beside: `beside${word}`, word, path: file.path };
    for (const name of [place.namespace, place.beside]) {
      const object = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
      await of.client.create(NAMESPACES, object, MANAGER);
    }
    return new Fleet({ ...of, place, file });
  }

  picture(): Picture {
    return this.#pictures.take(this.place);
  }

  /** Changes of its objects that were seen so far. */
  changes(): number {
    return this.#pictures.changes(this.place);
  }

  exec(sql: string): void {
    const { hub } = this.picture();
    this.#changedUnder = hub === undefined ? "" : generationOf(hub);
    this.#file.exec(sql);
  }

  /**
   * The rows of the table that a hub names, by columns in lower case; none where that can't be read, undefined where
   * they changed since the hub did, which reads at once then, and its next read is far.
   */
  rows(hub: StoredHub): TableRows | undefined {
    if (intervalMs(hub.spec) > SOON_MS && this.#changedUnder === generationOf(hub)) return undefined;
    const { path = "", table = "" } = hub.spec.source.sqlite ?? {};
    if (path !== this.#file.path || !/^(main\.)?\w+$/.test(table)) return [];
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      const rows = database.prepare(`SELECT * FROM ${table}`).all();
      return rows.map((row) =>
        Object.fromEntries(
          Object.entries(row).map(([name, cell]) => [name, cell === null ? "" : String(cell)]),
        )
      );
    } catch (error) {
      if ((error as { code?: string }).code === "ERR_SQLITE_ERROR") return [];
      throw error;
    } finally {
      database.close();
    }
  }

  /** Replaces spec and annotations of a hub or form, whatever else was written to it meanwhile. */
  async put(object: KubeObject): Promise<Answer> {
    return await this.#write(object, async (ref) => {
      const stored = await this.#client.get(ref);
      const { annotations: _, ...metadata } = stored.metadata;
      const { annotations } = object.metadata;
      return await this.#client.update(ref, {
        ...stored,
        metadata: { ...metadata, ...annotations === undefined ? {} : { annotations } },
        spec: object["spec"],
      }, MANAGER);
    });
  }

  /** Says yes to whatever waits for a person; whether something did. */
  async approve(): Promise<boolean> {
    const { hub, forms } = this.picture();
    const asked = [
      ...hub === undefined ? [] : approvalsOf(hub).map((one) => ({ ...one, type: HUBS, name: hub.name })),
      ...forms.flatMap(({ name, status }) =>
        status.deletions === undefined
          ? []
          : [{ type: FORMS, name, annotation: ANNOTATION.approveDeletions, hash: status.deletions.hash }]
      ),
    ];
    for (const { type, name, annotation, hash } of asked) {
      await this.#annotate({ type, namespace: this.place.namespace, name }, { [annotation]: hash });
    }
    return asked.length > 0;
  }

  /** Asks for resources of a node that were made once to be made again. */
  async recreate(node: string, ids: readonly string[]): Promise<void> {
    const ref = { type: NODES, namespace: this.place.namespace, name: node };
    await this.#annotate(ref, { [ANNOTATION.recreate]: ids.join(",") });
  }

  /** What is gone by now, or another one, is not annotated. */
  async #annotate(ref: ObjectRef, annotations: Readonly<Record<string, string>>): Promise<void> {
    try {
      const body = { metadata: { annotations } };
      this.#pictures.observe(ref.type, await this.#client.patch(ref, { type: "merge", body }, MANAGER));
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
    }
  }

  /** Whether the API server takes an object of a node as it was rendered. */
  async takes(object: KubeObject, type: ResourceType): Promise<boolean> {
    const { namespace, name = "" } = object.metadata;
    try {
      await this.#client.apply({ type, namespace, name }, object, {
        fieldManager: "lynq",
        force: true,
        dryRun: true,
      });
      return true;
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      return false;
    }
  }

  async create(object: KubeObject): Promise<Answer> {
    return await this.#write(object, (ref) => this.#client.create(ref.type, object, MANAGER));
  }

  async remove(object: KubeObject): Promise<Answer> {
    return await this.#write(object, (ref) => this.#client.delete(ref, { propagationPolicy: "Background" }));
  }

  /** Deletes what nodes left behind, unless one has taken it back since it was seen. */
  async sweep(): Promise<void> {
    for (const { object: { metadata }, type } of this.picture().orphans) {
      const { namespace, name = "", uid, resourceVersion } = metadata;
      try {
        await this.#client.delete({ type, namespace, name }, { uid, resourceVersion });
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
    }
  }

  async #write(
    object: KubeObject,
    send: (ref: ObjectRef) => Promise<KubeObject | undefined>,
  ): Promise<Answer> {
    const type = object.kind === "LynqHub" ? HUBS : object.kind === "LynqNode" ? NODES : FORMS;
    const ref = { type, namespace: this.place.namespace, name: object.metadata.name ?? "" };
    for (;;) {
      try {
        const written = await send(ref);
        if (written !== undefined && written.metadata.uid !== undefined) {
          this.#pictures.observe(type, written);
        }
        return { kind: "accepted" };
      } catch (error) {
        if (!(error instanceof KubeError)) throw error;
        if (error.status === 409 && error.reason === "Conflict") continue;
        return { kind: "refused", status: error.status, message: error.message };
      }
    }
  }

  /** Takes hub and forms away, so that a fleet that nobody looks after makes no work. */
  async giveUp(): Promise<void> {
    const own = this.picture().objects.filter(({ kind }) => kind === "LynqHub" || kind === "LynqForm");
    for (const object of own) await this.remove(object);
  }

  async end(): Promise<void> {
    await this.#file.remove();
  }
}

function generationOf({ uid, generation }: StoredHub): string {
  return `${uid} ${generation}`;
}

/** What a hub waits for, as its status and condition name it. */
function approvalsOf({ status }: StoredHub) {
  const held = status.deletions?.held?.hash;
  const creations = findCondition(status.conditions, "CreationHeld");
  const named = /approve-creations=([0-9a-f]+)/.exec(creations?.status === "True" ? creations.message : "")
    ?.[1];
  return [
    ...held === undefined ? [] : [{ annotation: ANNOTATION.approveDeletions, hash: held }],
    ...named === undefined ? [] : [{ annotation: ANNOTATION.approveCreations, hash: named }],
  ];
}
