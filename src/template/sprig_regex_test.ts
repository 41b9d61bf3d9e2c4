import { checkTemplates } from "../../tests/support/template_case.ts";

/** Results are those of Go's own text/template with Sprig. */
checkTemplates("patterns are RE2's, matches and replacements Go's", [
  {
    template: String
      .raw`{{ regexFindAll "a*" "baac" -1 | toJson }} {{ regexFindAll "" "é" -1 | toJson }} {{ regexFindAll "x" "y" -1 | toJson }} {{ regexFindAll "." "abc" 2 }}`,
    gives: '["","aa",""] ["",""] null [a b]',
  },
  { template: '{{ regexReplaceAll "a(x*)b" "-ab-axxb-" "$1W|${1}W|$$|$" }}', gives: "-|W|$|$-|xxW|$|$-" },
  { template: '{{ regexReplaceAll "(?P<n>a)|(?P<n>b)" "ab" "<${n}>" }}', gives: "<a><b>" },
  {
    template: String
      .raw`{{ regexReplaceAll "a*" "baac" "-" }} {{ regexReplaceAll "" "é" "-" }} {{ regexReplaceAllLiteral "a" "a" "$0" }}`,
    gives: "-b-c- -é- $0",
  },
  {
    template: String
      .raw`{{ regexSplit "a*" "baac" -1 | toJson }} {{ regexSplit "," "a,b,c" 2 | toJson }} {{ regexSplit "," "" -1 | toJson }} {{ regexSplit "," "a" 0 | toJson }}`,
    gives: '["b","c"] ["a","b,c"] [""] null',
  },
  {
    template: String
      .raw`{{ regexMatch "(" "x" }} {{ regexMatch "\\bé" "é" }} {{ regexMatch "^\\s$" "\v" }} {{ regexMatch "(?i)É" "é" }}`,
    gives: "false false false true",
  },
  {
    template: String.raw`{{ regexFind "(" "x" }}`,
    fails:
      'template: t:1:3: executing "t" at <regexFind "(" "x">: error calling regexFind: regexp: Compile(`(`): error parsing regexp: missing closing ): `(`',
  },
  {
    template: String.raw`{{ mustRegexFind "(?=a)" "x" }}`,
    fails:
      'template: t:1:3: executing "t" at <mustRegexFind "(?=a)" "x">: error calling mustRegexFind: error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
  },
  {
    template: String.raw`{{ mustRegexMatch "\\" "x" }}`,
    fails:
      'template: t:1:3: executing "t" at <mustRegexMatch "\\\\" "x">: error calling mustRegexMatch: error parsing regexp: trailing backslash at end of expression: ``',
  },
  {
    template: String.raw`{{ mustRegexSplit "a{1001}" "x" 1 }}`,
    fails:
      'template: t:1:3: executing "t" at <mustRegexSplit "a{1001}" "x" 1>: error calling mustRegexSplit: error parsing regexp: invalid repeat count: `{1001}`',
  },
  {
    template: String
      .raw`{{ regexFindAll "." "a\xffé" -1 | len }} {{ regexFind "[^a]" "a\xff" | printf "%q" }}`,
    gives: '3 "\\xff"',
  },
  { template: String.raw`{{ regexQuoteMeta "a.b[c]\\d{2}-$" }}`, gives: "a\\.b\\[c\\]\\\\d\\{2\\}-\\$" },
]);
