/**
 * Writes `builtin.json`: the schemas of the built-in kinds as a kube-apiserver serves them.
 *
 *     (cd shapes && go run .) > shapes.json
 *     deno run -A extract.ts --server https://127.0.0.1:6443 --token TOKEN --ca ca.crt --shapes shapes.json
 *
 * `shapes` prints what OpenAPI does not tell: which fields a Go type writes always, and which it drops at zero.
 */
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import type { PackedPaths, PackedSchemas } from "./packed.ts";

const GROUPS = [
  "api/v1",
  "apis/admissionregistration.k8s.io/v1",
  "apis/apiextensions.k8s.io/v1",
  "apis/apiregistration.k8s.io/v1",
  "apis/apps/v1",
  "apis/authentication.k8s.io/v1",
  "apis/authorization.k8s.io/v1",
  "apis/autoscaling/v1",
  "apis/autoscaling/v2",
  "apis/batch/v1",
  "apis/certificates.k8s.io/v1",
  "apis/coordination.k8s.io/v1",
  "apis/discovery.k8s.io/v1",
  "apis/events.k8s.io/v1",
  "apis/networking.k8s.io/v1",
  "apis/node.k8s.io/v1",
  "apis/policy/v1",
  "apis/rbac.authorization.k8s.io/v1",
  "apis/scheduling.k8s.io/v1",
  "apis/storage.k8s.io/v1",
];

const METHODS = ["get", "put", "post", "delete", "patch"];

interface Document {
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly components: { readonly schemas: PackedSchemas["definitions"] };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      server: { type: "string", default: "https://127.0.0.1:6443" },
      token: { type: "string", default: "" },
      ca: { type: "string" },
      shapes: { type: "string", default: "shapes.json" },
      out: { type: "string", default: new URL("builtin.json", import.meta.url).pathname },
    },
  });
  const client = Deno.createHttpClient({ caCerts: values.ca ? [await Deno.readTextFile(values.ca)] : [] });
  const load = async (path: string): Promise<Document> => {
    const headers = { accept: "application/json", authorization: `Bearer ${values.token}` };
    const answer = await fetch(`${values.server}/openapi/v3/${path}`, { headers, client });
    if (!answer.ok) throw new Error(`GET /openapi/v3/${path} answered ${answer.status}`);
    return await answer.json();
  };
  const documents = new Map<string, Document>();
  for (const path of GROUPS) documents.set(path, await load(path));
  client.close();
  const packed = pack(documents, JSON.parse(await Deno.readTextFile(values.shapes)));
  const gzip = gzipSync(new TextEncoder().encode(JSON.stringify(packed)), { level: 9 }).toString("base64");
  await Deno.writeTextFile(values.out, `${JSON.stringify({ version: packed.version, gzip })}\n`);
}

function pack(documents: ReadonlyMap<string, Document>, shapes: PackedSchemas["shapes"]): PackedSchemas {
  const definitions: Record<string, PackedSchemas["definitions"][string]> = {};
  const groups: Record<string, { schemas: string[]; paths: PackedPaths }> = {};
  let version = "";
  for (const [path, document] of documents) {
    version = document.info.version;
    Object.assign(definitions, document.components.schemas);
    groups[path] = { schemas: Object.keys(document.components.schemas), paths: packPaths(document) };
  }
  const kept = Object.entries(shapes).filter(([name]) => name in definitions);
  return { version, definitions, shapes: Object.fromEntries(kept), groups };
}

function packPaths(document: Document): PackedPaths {
  const paths: Record<string, PackedPaths[string]> = {};
  for (const [path, item] of Object.entries(document.paths)) {
    const methods = METHODS.filter((method) => item[method] !== undefined);
    const kind = methods.map((method) => item[method]?.["x-kubernetes-group-version-kind"]).find(Boolean);
    if (kind === undefined || path.includes("/watch/")) continue;
    const actions = methods.map((method) => String(item[method]?.["x-kubernetes-action"] ?? method));
    paths[path] = { kind, methods, actions };
  }
  return paths;
}
