import { GROUP, VERSION } from "../api/labels.ts";
import type { ResourceType } from "../kube/resource_type.ts";

const ours = (kind: string, plural: string): ResourceType => ({
  group: GROUP,
  version: VERSION,
  kind,
  plural,
  namespaced: true,
});

/** The kinds that the operator watches whether or not a form names them. */
export const HUB = ours("LynqHub", "lynqhubs");
export const FORM = ours("LynqForm", "lynqforms");
export const NODE = ours("LynqNode", "lynqnodes");

export const REVISION: ResourceType = {
  group: "apps",
  version: "v1",
  kind: "ControllerRevision",
  plural: "controllerrevisions",
  namespaced: true,
};

export const NAMESPACE: ResourceType = {
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  namespaced: false,
};

export const CRD: ResourceType = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  namespaced: false,
};

export const SECRET: ResourceType = {
  group: "",
  version: "v1",
  kind: "Secret",
  plural: "secrets",
  namespaced: true,
};
