import { checkTemplates } from "../../tests/support/template_case.ts";

/** Results are those of Go's own text/template with Sprig. */
checkTemplates("JSON is written and read as encoding/json does", [
  {
    template: String
      .raw`{{ toJson (list "<&>" 1.0 1e21 1e-7 nil true (dict "b" 1 "a" "\xff")) }} {{ toRawJson "<&>" }}`,
    gives: '["\\u003c\\u0026\\u003e",1,1e+21,1e-7,null,true,{"a":"\\ufffd","b":1}] "<&>"',
  },
  {
    template: String
      .raw`{{ toJson (float64 "NaN") }}|{{ toPrettyJson (dict "a" (list 1 (dict)) "b" (list)) }}`,
    gives: '|{\n  "a": [\n    1,\n    {}\n  ],\n  "b": []\n}',
  },
  {
    template: String.raw`{{ mustToJson (float64 "+Inf") }}`,
    fails:
      'template: t:1:3: executing "t" at <mustToJson (float64 "+Inf")>: error calling mustToJson: json: unsupported value: +Inf',
  },
  {
    template: String.raw`{{ mustFromJson "{" }}`,
    fails:
      'template: t:1:3: executing "t" at <mustFromJson "{">: error calling mustFromJson: unexpected end of JSON input',
  },
  {
    template: String.raw`{{ mustFromJson "[1, 2.5, null, \"\\u00e9\"]" | toJson }}`,
    gives: '[1,2.5,null,"é"]',
  },
  {
    template: String
      .raw`{{ toJson (split "," "a") }} {{ toJson (rest (list)) }} {{ toJson (semver "1.0.0") }}`,
    gives: '{"_0":"a"} null "1.0.0"',
  },
]);
