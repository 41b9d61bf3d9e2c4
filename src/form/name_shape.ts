/** What Kubernetes takes as a name: the characters, the whole shape, and the length. */
export interface NameShape {
  readonly is: string;
  readonly character: RegExp;
  readonly whole: RegExp;
  readonly limit: number;
}

const LABEL: NameShape = {
  is: "at most 63 of a-z, 0-9 and '-', with a letter or digit at both ends",
  character: /[a-z0-9-]/,
  whole: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
  limit: 63,
};

const SUBDOMAIN: NameShape = {
  is: "at most 253 of a-z, 0-9, '-' and '.', with a letter or digit at both ends of each part",
  character: /[a-z0-9.-]/,
  whole: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  limit: 253,
};

const PATH_SEGMENT: NameShape = {
  is: "anything but '.' and '..', without '/' and '%'",
  character: /[^/%]/,
  whole: /^(?!\.{1,2}$)[^/%]+$/,
  limit: 253,
};

export const NAMESPACE_NAME = LABEL;

export const LABEL_VALUE: NameShape = {
  is: "at most 63 of a-z, A-Z, 0-9, '-', '_' and '.', with a letter or digit at both ends",
  character: /[A-Za-z0-9_.-]/,
  whole: /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/,
  limit: 63,
};

/** The names that objects of a kind may have, as far as that is certain: an aggregated API may take others. */
export function nameShapeOf(apiVersion: string, kind: string): NameShape {
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  if (group === "" && (kind === "Namespace" || kind === "Service")) return LABEL;
  if (group === "rbac.authorization.k8s.io") return PATH_SEGMENT;
  return !group.includes(".") || group.endsWith(".k8s.io") ? SUBDOMAIN : PATH_SEGMENT;
}

/**
 * What is wrong with a name, as far as its text tells: a literal as a whole, of a template the `literals` between its
 * actions. undefined where nothing is.
 */
export function nameProblem(
  shape: NameShape,
  of: { text: string; literals: readonly string[] | undefined },
): string | undefined {
  const { text, literals } = of;
  if (literals === undefined) {
    if (shape.whole.test(text) && text.length <= shape.limit) return undefined;
    const told = text.length > shape.limit ? `it has ${text.length} characters` : JSON.stringify(text);
    return `${told}; Kubernetes takes ${shape.is}`;
  }
  const stranger = [...literals.join("")].find((character) => !shape.character.test(character));
  if (stranger === undefined) return undefined;
  const trim = /\s/.test(stranger) ? "; {{- and -}} trim the space around an action" : "";
  return `its text has ${
    JSON.stringify(stranger)
  }, which can be in no name here; Kubernetes takes ${shape.is}${trim}`;
}

const PREFIX = SUBDOMAIN.whole;
const QUALIFIED = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** What is wrong with the key of a label or annotation; undefined where nothing is. */
export function keyProblem(key: string): string | undefined {
  const slash = key.indexOf("/");
  const [prefix, name] = slash < 0 ? [undefined, key] : [key.slice(0, slash), key.slice(slash + 1)];
  const sound = QUALIFIED.test(name) && name.length <= 63 &&
    (prefix === undefined || PREFIX.test(prefix) && prefix.length <= 253);
  if (sound) return undefined;
  const templated = key.includes("{{") ? "; keys are no templates" : "";
  return `the key ${JSON.stringify(key)} is none that Kubernetes takes${templated}: a name of ` +
    `${LABEL_VALUE.is}, after an optional DNS name and '/'`;
}
