import { checkTemplates } from "../../tests/support/template_case.ts";

/** Results are those of Go's own text/template with Sprig. */
checkTemplates("versions and constraints follow Masterminds' rules", [
  {
    template: String.raw`{{ semver "v1" }} {{ semver "01.2" }} {{ semver "1.2.3-a.b+c.d" }}`,
    gives: "1.0.0 1.2.0 1.2.3-a.b+c.d",
  },
  {
    template: String.raw`{{ semver "1.2.3-01" }}`,
    fails:
      'template: t:1:3: executing "t" at <semver "1.2.3-01">: error calling semver: Version segment starts with 0',
  },
  {
    template: String.raw`{{ semver "1.2.3.4" }}`,
    fails:
      'template: t:1:3: executing "t" at <semver "1.2.3.4">: error calling semver: Invalid Semantic Version',
  },
  {
    template: String.raw`{{ semver "99999999999999999999" }}`,
    fails:
      'template: t:1:3: executing "t" at <semver "99999999999999999999">: error calling semver: Error parsing version segment: strconv.ParseUint: parsing "99999999999999999999": value out of range',
  },
  {
    template: String
      .raw`{{ range list "1.2" ">1.2" "!=1.2" "~1" "^0.2" "^0.0.3" "<=1" "*" "~0.0.0" ">=1.0-0" "1.1 - 1.3" "<1 || >1.2.0" "=1.2.3+x" }}{{ semverCompare . "1.2.3" }} {{ end }}`,
    gives: "true false false true false false true true true true true true true ",
  },
  {
    template: String
      .raw`{{ range list "*" ">=1" "~1.2.0-0" ">1.2.3-rc.2" "!=1.2.3" "!=1.2.x" "^1.2.3-0" }}{{ semverCompare . "1.2.3-rc.10" }} {{ end }}`,
    gives: "false false true true true false true ",
  },
  {
    template: String.raw`{{ semverCompare ">> 1" "1" }}`,
    fails:
      'template: t:1:3: executing "t" at <semverCompare ">> 1" "1">: error calling semverCompare: improper constraint: >> 1',
  },
  {
    template: String.raw`{{ semverCompare "1|2" "1" }}`,
    fails:
      'template: t:1:3: executing "t" at <semverCompare "1|2" "1">: error calling semverCompare: constraint Parser Error',
  },
  {
    template: String.raw`{{ semverCompare "||" "1" }}`,
    fails:
      'template: t:1:3: executing "t" at <semverCompare "||" "1">: error calling semverCompare: improper constraint: ',
  },
  {
    template: String.raw`{{ semverCompare "^1" "x" }}`,
    fails:
      'template: t:1:3: executing "t" at <semverCompare "^1" "x">: error calling semverCompare: Invalid Semantic Version',
  },
  {
    template: String
      .raw`{{ (semver "v1.2.3-rc").IncPatch }} {{ (semver "1.2.3+m").IncPatch }} {{ (semver "1.2.3").SetPrerelease "a.1" }} {{ (semver "v1.2").Original }}`,
    gives: "1.2.3 1.2.4 1.2.3-a.1 v1.2",
  },
  {
    template: String.raw`{{ (semver "1.2.3").SetPrerelease "01" }}`,
    fails:
      'template: t:1:19: executing "t" at <(semver "1.2.3").SetPrerelease>: error calling SetPrerelease: Version segment starts with 0',
  },
]);
