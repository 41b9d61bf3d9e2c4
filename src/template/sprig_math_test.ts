import { checkTemplates } from "../../tests/support/template_case.ts";

/** Results are those of Go's own text/template with Sprig. */
checkTemplates("whole numbers wrap and decimal numbers are exact", [
  {
    template:
      "{{ add 9223372036854775807 1 }} {{ mul 4611686018427387904 4 }} {{ sub -9223372036854775808 1 }} {{ div -9223372036854775808 -1 }} {{ mod -9223372036854775808 -1 }}",
    gives: "-9223372036854775808 0 9223372036854775807 -9223372036854775808 0",
  },
  { template: "{{ div -7 2 }} {{ mod -7 3 }} {{ mod 7 -3 }}", gives: "-3 -1 1" },
  {
    template: "{{ div 1 0 }}",
    fails:
      'template: t:1:3: executing "t" at <div 1 0>: error calling div: runtime error: integer divide by zero',
  },
  {
    template: String.raw`{{ mod 1 "x" }}`,
    fails:
      'template: t:1:3: executing "t" at <mod 1 "x">: error calling mod: runtime error: integer divide by zero',
  },
  {
    template:
      "{{ addf 0.1 0.2 }} {{ mulf 1.1 1.1 }} {{ divf 1 3 }} {{ divf -2 3 }} {{ subf 1 0.9 }} {{ divf 1e-30 1 }}",
    gives: "0.3 1.21 0.3333333333333333 -0.6666666666666667 0.1 0",
  },
  {
    template: "{{ divf 1 0 }}",
    fails: 'template: t:1:3: executing "t" at <divf 1 0>: error calling divf: decimal division by 0',
  },
  {
    template: String.raw`{{ addf (float64 "NaN") 1 }}`,
    fails:
      'template: t:1:3: executing "t" at <addf (float64 "NaN") 1>: error calling addf: Cannot create a Decimal from NaN',
  },
  {
    template: String
      .raw`{{ maxf 1 "2.5" nil }} {{ minf (float64 "NaN") 1 }} {{ maxf (float64 "NaN") (float64 "+Inf") }}`,
    gives: "2.5 NaN +Inf",
  },
  {
    template:
      "{{ round -2.4 0 }} {{ round 2.5 0 }} {{ round 123.456 -2 }} {{ round 1.25 1 0.3 }} {{ round 3.14159 3 }}",
    gives: "-3 3 100 1.3 3.142",
  },
  { template: String.raw`{{ floor -1.5 }} {{ ceil -1.5 }} {{ floor "x" }}`, gives: "-2 -1 0" },
  {
    template:
      "{{ until -3 }} {{ until 0 }} {{ untilStep 5 0 -2 }} {{ untilStep 0 5 0 }} {{ untilStep 0 -5 1 }}",
    gives: "[0 -1 -2] [] [5 3 1] [] []",
  },
  {
    template:
      "{{ seq 3 }}|{{ seq -2 }}|{{ seq 2 5 }}|{{ seq 1 2 9 }}|{{ seq 5 -2 0 }}|{{ seq 5 2 0 }}|{{ seq }}|{{ seq 1 2 3 4 }}|",
    gives: "1 2 3|1 0 -1 -2|2 3 4 5|1 3 5 7 9|5 3 1||||",
  },
  { template: String.raw`{{ max 1 "5" nil true }} {{ min -1 "x" }} {{ biggest 3 }}`, gives: "5 -1 3" },
]);
