import assert from "node:assert/strict";
import { KubeError, type StatusDetails } from "../kube/error.ts";
import { remedyFor } from "./missing_right.ts";

const TICKET = { group: "example.com", version: "v1", kind: "Ticket", plural: "tickets", namespaced: true };
const CONFIG_MAP = { group: "", version: "v1", kind: "ConfigMap", plural: "configmaps", namespaced: true };
const REALM = { group: "example.com", version: "v1", kind: "Realm", plural: "realms", namespaced: false };
const account = { namespace: "team", name: "tenant" };

function refused(details?: StatusDetails) {
  return new KubeError("the server's words", { status: 403, reason: "Forbidden", details });
}

Deno.test("a right that the operator lacks is told as the commands that add it to its role", () => {
  const remedy = remedyFor(refused({ group: "example.com", kind: "tickets", name: "a" }), { type: TICKET });
  assert.equal(
    remedy,
    "; if it is a right that is missing, grant it in a ClusterRole with the label " +
      "lynq.sh/aggregate-to-manager=true: kubectl create clusterrole lynq-tickets.example.com " +
      "--verb=get,list,watch,create,update,patch,delete --resource=tickets.example.com && " +
      "kubectl label clusterrole lynq-tickets.example.com lynq.sh/aggregate-to-manager=true",
  );
});

Deno.test("a right that an account lacks is told as a Role where the object is to be, or a ClusterRole", () => {
  const details = { group: "", kind: "configmaps", name: "a" };
  assert.match(
    remedyFor(refused(details), { type: CONFIG_MAP, namespace: "shop", account }),
    /^; if it is a right of ServiceAccount tenant that is missing, grant it: kubectl create role lynq-configmaps -n shop --verb=get,create,update,patch,delete --resource=configmaps && kubectl create rolebinding lynq-configmaps-tenant -n shop --role=lynq-configmaps --serviceaccount=team:tenant$/,
  );
  assert.match(
    remedyFor(refused(), { type: REALM, namespace: "", account }),
    /kubectl create clusterrole lynq-realms\.example\.com .* && kubectl create clusterrolebinding lynq-realms\.example\.com-tenant .*--serviceaccount=team:tenant$/,
  );
});

Deno.test("what the operator may not act for is told as the binding of the shipped role in the account's namespace", () => {
  const details = { group: "", kind: "serviceaccounts", name: "tenant" };
  assert.match(
    remedyFor(refused(details), { type: CONFIG_MAP, namespace: "shop", account }),
    /may not act for ServiceAccount tenant, let it: kubectl create rolebinding lynq-impersonation -n team --clusterrole=lynq-impersonation-role /,
  );
});

Deno.test("a refusal that is about another kind than was asked for prints no role", () => {
  assert.equal(remedyFor(refused({ group: "", kind: "nodes", name: "" }), { type: CONFIG_MAP }), "");
});
