import { isObject, objectAt } from "./json.ts";
import { badRequest } from "./status_error.ts";

const admin = { username: "sandbox-admin", groups: ["system:masters", "system:authenticated"] };

/** Access and token reviews: everyone is the administrator, everything is allowed. */
export function review(group: string, plural: string, body: unknown): Record<string, unknown> {
  if (!isObject(body)) throw badRequest(`the body is no ${plural} object`);
  const base = { ...body, apiVersion: `${group}/v1`, metadata: objectAt(body, "metadata") };
  switch (plural) {
    case "selfsubjectreviews":
      return { ...base, kind: "SelfSubjectReview", status: { userInfo: admin } };
    case "tokenreviews":
      return { ...base, kind: "TokenReview", status: { authenticated: true, user: admin } };
    case "selfsubjectrulesreviews":
      return {
        ...base,
        kind: "SelfSubjectRulesReview",
        status: {
          incomplete: false,
          resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }],
          nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
        },
      };
    default:
      return { ...base, kind: kinds[plural] ?? "SubjectAccessReview", status: { allowed: true } };
  }
}

const kinds: Readonly<Record<string, string>> = {
  selfsubjectaccessreviews: "SelfSubjectAccessReview",
  subjectaccessreviews: "SubjectAccessReview",
  localsubjectaccessreviews: "LocalSubjectAccessReview",
};
