import { checkTemplates } from "../../tests/support/template_case.ts";

/** Results are those of Go's own text/template with Sprig. */
checkTemplates("lists keep their types and empty results their nil", [
  {
    template:
      "{{ rest (list) | toJson }} {{ initial (list) | toJson }} {{ concat | toJson }} {{ compact (list) | toJson }}",
    gives: "null null null []",
  },
  { template: "{{ first (list) }} {{ last (list) }}", gives: "<no value> <no value>" },
  {
    template: String.raw`{{ first "abc" }}`,
    fails:
      'template: t:1:3: executing "t" at <first "abc">: error calling first: Cannot find first on type string',
  },
  {
    template: "{{ rest nil }}",
    fails:
      'template: t:1:3: executing "t" at <rest nil>: error calling rest: runtime error: invalid memory address or nil pointer dereference',
  },
  { template: "{{ has 3 (list 3.0) }} {{ has 1 nil }} {{ has nil (list nil) }}", gives: "false false true" },
  {
    template: String.raw`{{ has 1 "x" }}`,
    fails: 'template: t:1:3: executing "t" at <has 1 "x">: error calling has: Cannot find has on type string',
  },
  {
    template: String.raw`{{ uniq (list 1 1.0 "1" 1 nil nil (list 1) (list 1)) }}`,
    gives: "[1 1 1 <nil> [1]]",
  },
  {
    template: "{{ slice (list 1 2 3) 1 }} {{ slice (list 1 2 3) 3 }} {{ slice (list) 5 }}",
    gives: "[2 3] [] <no value>",
  },
  {
    template: "{{ slice (list 1 2) 1 3 }}",
    fails:
      'template: t:1:3: executing "t" at <slice (list 1 2) 1 3>: error calling slice: reflect.Value.Slice: slice index out of bounds',
  },
  {
    template: "{{ slice (list 1 2) 2 1 }}",
    fails:
      'template: t:1:3: executing "t" at <slice (list 1 2) 2 1>: error calling slice: reflect.Value.Slice: slice index out of bounds',
  },
  { template: String.raw`{{ typeOf (slice (splitList "," "a,b") 0 1) }}`, gives: "[]string" },
  { template: "{{ chunk 2 (list 1 2 3 4 5) }} {{ chunk -1 (list 1 2) }}", gives: "[[1 2] [3 4] [5]] []" },
  {
    template: "{{ chunk 0 (list 1) }}",
    fails:
      'template: t:1:3: executing "t" at <chunk 0 (list 1)>: error calling chunk: runtime error: makeslice: len out of range',
  },
  { template: String.raw`{{ concat (list 1) (splitList "," "a,b") (until 2) }}`, gives: "[1 a b 0 1]" },
  {
    template: "{{ concat (list 1) 5 }}",
    fails:
      'template: t:1:3: executing "t" at <concat (list 1) 5>: error calling concat: Cannot concat type int as list',
  },
  {
    template: String
      .raw`{{ without (list 1 2 "a" nil) 2 nil }} {{ sortAlpha (list 10 9 "é" "z" nil) }} {{ sortAlpha "x" }}`,
    gives: "[1 a] [10 9 z é] [x]",
  },
  { template: String.raw`{{ $l := splitList "," "b,a" }}{{ sortAlpha $l }}{{ $l }}`, gives: "[a b][a b]" },
  {
    template: String.raw`{{ push "x" 1 }}`,
    fails: 'template: t:1:3: executing "t" at <push "x" 1>: error calling push: Cannot push on type string',
  },
  {
    template: "{{ $a := list 1 2 }}{{ $b := push $a 3 }}{{ $a }}{{ $b }}{{ prepend $a 0 }}",
    gives: "[1 2][1 2 3][0 1 2]",
  },
]);

/** Go's slices have room behind their items, and slicing reaches into it. */
checkTemplates("slicing reaches up to the capacity of a list", [
  { template: "{{ slice (slice (list 1 2 3 4) 0 2) 0 4 }}", gives: "[1 2 3 4]" },
  { template: "{{ slice (until 3) 0 4 }}", gives: "[0 1 2 0]" },
  { template: '{{ slice (fromJson "[1,2,3]") 2 4 }}', gives: "[3 <nil>]" },
  { template: '{{ slice (regexFindAll "a" "aa" -1) 1 4 | toJson }}', gives: '["a","",""]' },
  { template: "{{ slice (push (list 1 2 3) 4) 3 6 }}", gives: "[4 <nil> <nil>]" },
  {
    template: "{{ slice (until 3) 0 5 }}",
    fails: 'template: t:1:3: executing "t" at <slice (until 3) 0 5>: error calling slice: ' +
      "reflect.Value.Slice: slice index out of bounds",
  },
]);
