import { checkTemplates } from "../../tests/support/template_case.ts";

/** Results are those of Go's own text/template with Sprig. */
checkTemplates("types and kinds have Go's names", [
  {
    template: String
      .raw`{{ typeOf nil }} {{ typeOf (split "," "a") }} {{ typeOf (chunk 1 (list 1)) }} {{ typeOf (now.Sub now) }} {{ kindOf nil }} {{ kindOf (semver "1.0.0") }} {{ kindOf (duration 1) }}`,
    gives: "<nil> map[string]string [][]interface {} time.Duration invalid ptr string",
  },
  {
    template: String
      .raw`{{ deepEqual (list) (rest (list)) }} {{ deepEqual (float64 "NaN") (float64 "NaN") }} {{ deepEqual (dict "a" (list 1)) (dict "a" (list 1)) }} {{ deepEqual 1 (int64 1) }}`,
    gives: "false false true false",
  },
]);
