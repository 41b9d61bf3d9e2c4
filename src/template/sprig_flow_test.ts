import { checkTemplates } from "../../tests/support/template_case.ts";

/** Results are those of Go's own text/template with Sprig. */
checkTemplates("defaults and choices look at emptiness", [
  {
    template: String
      .raw`{{ default "d" }} {{ default "d" 0 }} {{ default "d" "0" }} {{ default "d" (list) }} {{ default "d" false }} {{ default "d" nil }} {{ default "d" 1 2 }}`,
    gives: "d d 0 d d d 1",
  },
  {
    template: String.raw`{{ coalesce }}|{{ coalesce 0 "" }}|{{ coalesce nil 0 2 }}`,
    gives: "<no value>|<no value>|2",
  },
  { template: "{{ all }} {{ any }} {{ all 1 0 }} {{ any 0 (dict) }}", gives: "true false false false" },
  {
    template: String.raw`{{ ternary 1 2 "x" }}`,
    fails: 'template: t:1:15: executing "t" at <"x">: expected bool; found "x"',
  },
  {
    template: String.raw`{{ fail "no such plan" }}`,
    fails: 'template: t:1:3: executing "t" at <fail "no such plan">: error calling fail: no such plan',
  },
  { template: String.raw`{{ empty (toDate "x" "y") }} {{ empty (semver "0.0.0") }}`, gives: "false false" },
]);
