import type { Exemption, Rule } from "./house_rules.ts";

/** A place where a file breaks a house rule. `subject` is what an exemption names. */
export interface Violation {
  readonly rule: Rule;
  readonly file: string;
  readonly subject: string;
  readonly problem: string;
}

/** What is left of the violations, and exemptions that nothing needs any more; each as a line to read. */
export function judge(violations: readonly Violation[], exemptions: readonly Exemption[]): string[] {
  const matches = (violation: Violation) => (exemption: Exemption) =>
    exemption.rule === violation.rule && exemption.file === violation.file &&
    exemption.subject === violation.subject;
  const open = violations.filter((violation) => !exemptions.some(matches(violation)));
  const stale = exemptions.filter((exemption) => !violations.some((each) => matches(each)(exemption)));
  return [
    ...open.map((each) => `${each.file}: ${each.rule} (${each.subject}): ${each.problem}`),
    ...stale.map((each) =>
      `${each.file}: nothing needs the exemption ${each.rule} (${each.subject}) any more`
    ),
  ].toSorted();
}
