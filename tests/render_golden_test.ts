/**
 * Golden pairs: `node.yaml` is a row and a form as users write them, `expected.yaml` what is applied of it. A folder a
 * case. To see what a change does to them: `GOLDEN_UPDATE=1 deno test -A tests/render_golden_test.ts`, then `git diff`.
 */
import { parse } from "yaml";
import type { NodeSpec } from "../src/api/node.ts";
import { formSpec } from "../src/api/form.ts";
import { parseApiVersion } from "../src/kube/resource_type.ts";
import { toDesiredObject } from "../src/node/desired_object.ts";
import { prepareForm } from "../src/node/prepared_form.ts";
import { buildVariables } from "../src/node/variables.ts";
import { matchGolden } from "./support/match_golden.ts";

const GOLDEN = new URL("./golden/render/", import.meta.url);

interface RenderCase {
  readonly about: string;
  /** The row's uid and its values by variable. */
  readonly row: { readonly uid: string; readonly values: Record<string, string> };
  /** The resource arrays of a LynqForm's spec. */
  readonly form: Record<string, unknown>;
  /** Kinds of the form that live in no namespace. */
  readonly clusterScoped?: readonly string[];
}

/** What the controller makes of a case, resource by resource. */
function render({ row, form, clusterScoped = [] }: RenderCase): unknown[] {
  const spec: NodeSpec = { uid: row.uid, templateRef: "web", hubId: "tenants", values: row.values };
  const built = buildVariables({ spec, annotations: {} });
  if (built.kind === "invalid") return [built];
  const node = { namespace: "lynq", name: `${row.uid}-web`, uid: "00000000-0000-0000-0000-000000000001" };
  return prepareForm(formSpec.parse({ hubId: "tenants", ...form })).resources.map((resource) => {
    const rendered = resource.render(node, built.variables);
    if (rendered.kind === "unrendered") {
      return { id: rendered.id, failed: { field: rendered.field, message: rendered.message } };
    }
    const { apiVersion = "", kind = "" } = rendered.object;
    const namespaced = !clusterScoped.includes(kind);
    const type = { ...parseApiVersion(apiVersion), kind, plural: kind.toLowerCase(), namespaced };
    return { id: resource.id, applied: toDesiredObject(rendered, type, { ...node, spec }).object };
  });
}

for (const { name } of [...Deno.readDirSync(GOLDEN)].sort((a, b) => a.name < b.name ? -1 : 1)) {
  const folder = new URL(`${name}/`, GOLDEN);
  const given = parse(await Deno.readTextFile(new URL("node.yaml", folder))) as RenderCase;
  Deno.test(given.about, () => matchGolden(new URL("expected.yaml", folder), render(given)));
}
