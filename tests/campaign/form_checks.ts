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
    const known = this.#known.get(form);
    if (known !== undefined && known.hub === hub?.spec) return known.problems;
    const { spec, namespace } = form;
    const problems = checkForm({ spec, namespace, hub: hub?.spec ?? "absent" });
    this.#known.set(form, { hub: hub?.spec, problems });
    return problems;
  }
}
