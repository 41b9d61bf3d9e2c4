import { parseAllDocuments } from "yaml";
import type { HubSpec } from "../api/hub.ts";
import type { KubeObject } from "../kube/object.ts";

/** What a demo installs: the kinds, then the hub and the forms of `manifests/samples/demo`. */
export interface DemoManifests {
  readonly kinds: readonly KubeObject[];
  readonly hub: KubeObject;
  readonly forms: readonly KubeObject[];
  readonly schema: string;
}

/** The demo's files are not where the program is: it was compiled or moved without them. */
export class DemoFilesMissing extends Error {
  override readonly name = "DemoFilesMissing";
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(`the demo needs ${path}: run it from a checkout of the repository`, { cause });
    this.path = path;
  }
}

const ROOT = new URL("../../", import.meta.url);

/** Reads crds/ and the sample, with the hub's file at `database`. Throws `DemoFilesMissing`. */
export async function readDemoManifests(database: string): Promise<DemoManifests> {
  const kinds = await objectsOf("crds/");
  const sample = await objectsOf("manifests/samples/demo/");
  const hubs = sample.filter(({ kind }) => kind === "LynqHub");
  const [hub] = hubs;
  if (hub === undefined || hubs.length > 1) {
    throw new DemoFilesMissing("one LynqHub in manifests/samples/demo/", undefined);
  }
  return {
    kinds,
    hub: withDatabase(hub, database),
    forms: sample.filter(({ kind }) => kind === "LynqForm"),
    schema: await textOf(new URL("manifests/samples/demo/schema.sql", ROOT)),
  };
}

/** The hub as the sample has it, reading another file, once a second. */
export function withDatabase(hub: KubeObject, path: string): KubeObject {
  const spec = hub["spec"] as HubSpec;
  const source = { ...spec.source, syncInterval: "1s", sqlite: { ...spec.source.sqlite, path } };
  return { ...hub, spec: { ...spec, source } };
}

async function objectsOf(folder: string): Promise<KubeObject[]> {
  const url = new URL(folder, ROOT);
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(url)) if (name.endsWith(".yaml")) names.push(name);
  } catch (error) {
    throw new DemoFilesMissing(folder, error);
  }
  const texts = await Promise.all(names.sort().map((name) => textOf(new URL(name, url))));
  return texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as KubeObject));
}

async function textOf(url: URL): Promise<string> {
  try {
    return await Deno.readTextFile(url);
  } catch (error) {
    throw new DemoFilesMissing(url.pathname, error);
  }
}
