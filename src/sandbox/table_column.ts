import type { KubeObject } from "../kube/object.ts";
import { ageOf, containerImages, containerNames } from "./table_cells.ts";
import { at } from "./json.ts";

/** One column of a printed table and its cell for an object. */
export interface TableColumn {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly format?: string;
  readonly description?: string;
  /** 1 is shown by `-o wide` only. */
  readonly priority?: number;
  readonly cell: (object: KubeObject, now: Date) => unknown;
}

export const nameColumn: TableColumn = {
  name: "Name",
  type: "string",
  format: "name",
  description: "Name must be unique within a namespace.",
  cell: (object) => object.metadata.name ?? "",
};

export const ageColumn: TableColumn = {
  name: "Age",
  type: "string",
  description: "CreationTimestamp is a timestamp representing the server time when this object was created.",
  cell: (object, now) => ageOf(object.metadata.creationTimestamp, now),
};

/** The second column of kinds that have no columns of their own. */
export const createdColumn: TableColumn = {
  name: "Created At",
  type: "date",
  cell: (object) => object.metadata.creationTimestamp ?? "",
};

/** A column of text. */
export function textColumn(name: string, cell: (object: KubeObject) => unknown): TableColumn {
  return { name, type: "string", cell };
}

export function countColumn(name: string, cell: (object: KubeObject) => unknown): TableColumn {
  return { name, type: "integer", cell };
}

/** A column that `-o wide` adds. */
export function wideColumn(name: string, cell: (object: KubeObject) => unknown): TableColumn {
  return { name, type: "string", priority: 1, cell };
}

/** The columns of a workload's pod template, at a path. */
export function templateColumns(...path: readonly string[]): readonly TableColumn[] {
  return [
    wideColumn("Containers", (object) => containerNames(at(object, ...path))),
    wideColumn("Images", (object) => containerImages(at(object, ...path))),
  ];
}
