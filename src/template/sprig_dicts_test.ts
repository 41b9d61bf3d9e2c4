import { checkTemplates } from "../../tests/support/template_case.ts";

/** Results are those of Go's own text/template with Sprig. */
checkTemplates("maps merge in place and copies share nothing", [
  { template: String.raw`{{ dict "a" }} {{ dict 1 2 nil 3 }}`, gives: "map[a:] map[1:2 <nil>:3]" },
  {
    template: String
      .raw`{{ $d := dict "a" "" "b" 0 "c" nil "d" (list) "e" 1 }}{{ merge $d (dict "a" "x" "b" 5 "c" 1 "d" (list 1) "e" 9) }}`,
    gives: "map[a:x b:5 c:1 d:[1] e:1]",
  },
  {
    template: String
      .raw`{{ mergeOverwrite (dict "a" 1 "b" 2 "c" (dict "x" 1)) (dict "a" "" "b" nil "c" (dict "y" 2)) }}`,
    gives: "map[a: b:<nil> c:map[x:1 y:2]]",
  },
  {
    template: String
      .raw`{{ $s := dict "n" (dict "x" 1) }}{{ $d := merge (dict) $s }}{{ $_ := set $s.n "y" 2 }}{{ $d }}`,
    gives: "map[n:map[x:1 y:2]]",
  },
  { template: String.raw`{{ merge (dict "v" (semver "1.0.0")) (dict "v" (dict "a" 1)) }}|`, gives: "|" },
  {
    template: String.raw`{{ mustMerge (dict "v" (semver "1.0.0")) (dict "v" (dict "a" 1)) }}`,
    fails:
      'template: t:1:3: executing "t" at <mustMerge (dict "v" (semver "1.0.0")) (dict "v" (dict "a" 1))>: error calling mustMerge: src and dst must be of same type',
  },
  {
    template: String.raw`{{ merge (dict "a" (split "," "x")) (dict "a" (dict "b" 1)) }}`,
    fails:
      'template: t:1:3: executing "t" at <merge (dict "a" (split "," "x")) (dict "a" (dict "b" 1))>: error calling merge: reflect.Value.SetMapIndex: value of type interface {} is not assignable to type string',
  },
  { template: String.raw`{{ merge nil (dict "a" 1) }}`, gives: "map[a:1]" },
  {
    template: String.raw`{{ set nil "a" 1 }}`,
    fails:
      'template: t:1:3: executing "t" at <set nil "a" 1>: error calling set: assignment to entry in nil map',
  },
  {
    template: String.raw`{{ dig "a" "b" "dflt" (dict "a" (dict)) }} {{ dig "x" 1 (dict) }}`,
    gives: "dflt 1",
  },
  {
    template: String.raw`{{ dig "a" "b" 1 (dict "a" 5) }}`,
    fails:
      'template: t:1:3: executing "t" at <dig "a" "b" 1 (dict "a" 5)>: error calling dig: interface conversion: interface {} is int, not map[string]interface {}',
  },
  {
    template: String.raw`{{ dig "a" 1 }}`,
    fails:
      'template: t:1:3: executing "t" at <dig "a" 1>: error calling dig: dig needs at least three arguments',
  },
  {
    template: "{{ dig 1 2 (dict) }}",
    fails:
      'template: t:1:3: executing "t" at <dig 1 2 (dict)>: error calling dig: interface conversion: interface {} is int, not string',
  },
  {
    template: String
      .raw`{{ $a := dict "x" (dict "y" 1) }}{{ $b := deepCopy $a }}{{ $_ := set $b.x "y" 2 }}{{ $a }}{{ $b }}`,
    gives: "map[x:map[y:1]]map[x:map[y:2]]",
  },
  {
    template: "{{ deepCopy nil }}",
    fails:
      'template: t:1:3: executing "t" at <deepCopy nil>: error calling deepCopy: reflect: call of reflect.Value.Type on zero Value',
  },
  { template: String.raw`{{ deepCopy (semver "1.2.3") }}`, gives: "0.0.0" },
  {
    template: String
      .raw`{{ get (dict "a" nil) "a" }}|{{ get (dict) "constructor" }}|{{ hasKey (dict "__proto__" 1) "__proto__" }}|{{ dict "__proto__" 1 }}`,
    gives: "<no value>||true|map[__proto__:1]",
  },
  {
    template: String
      .raw`{{ pick (dict "a" 1) "b" "a" "a" }} {{ omit (dict "a" 1 "b" 2) "a" "x" }} {{ pluck "a" (dict "a" nil) (dict) }}`,
    gives: "map[a:1] map[b:2] [<nil>]",
  },
]);
