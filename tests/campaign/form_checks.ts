import type { StoredForm, StoredHub } from "../../src/api/stored.ts";
import { checkForm, type FormProblem } from "../../src/form/check.ts";

interface Checked {
  readonly hub: StoredHub["spec"] | undefined;
  readonly problems: readonly FormProblem[];
}

/** What the rules say against forms; asked once for each version of a form and its hub. */
export class FormChecks {
  readonly #known = new WeakMap<StoredForm, Checked>();

  problemsOf(form: StoredForm, hub: StoredHub | undefined): readonly FormProblem[] {
    const { spec, namespace } = form;
    const own = hub?.name === spec.hubId ? hub.spec : undefined;
    const known = this.#known.get(form);
    if (known !== undefined && known.hub === own) return known.problems;
    const problems = checkForm({ spec, namespace, hub: own ?? "absent" });
    this.#known.set(form, { hub: own, problems });
    return problems;
  }
}
