import { checkTemplates } from "../../tests/support/template_case.ts";

/** Results are those of Go's own text/template with Sprig. */
checkTemplates("text functions count bytes and fail as Go does", [
  { template: String.raw`{{ trunc 2 "aé" | printf "%q" }}`, gives: '"a\\xc3"' },
  { template: String.raw`{{ trunc -2 "aé" | printf "%q" }}`, gives: '"é"' },
  { template: String.raw`{{ substr -1 2 "abc" }}`, gives: "ab" },
  { template: String.raw`{{ substr 1 -1 "abc" }}`, gives: "bc" },
  {
    template: String.raw`{{ substr 3 2 "abcd" }}`,
    fails:
      'template: t:1:3: executing "t" at <substr 3 2 "abcd">: error calling substr: runtime error: slice bounds out of range [3:2]',
  },
  { template: String.raw`{{ substr 0 9 "abc" }}`, gives: "abc" },
  {
    template: String.raw`{{ substr 4 9 "abc" }}`,
    fails:
      'template: t:1:3: executing "t" at <substr 4 9 "abc">: error calling substr: runtime error: slice bounds out of range [4:3]',
  },
  { template: String.raw`{{ abbrev 3 "abcdef" }}`, gives: "abcdef" },
  { template: String.raw`{{ abbrev 5 "abcdefgh" }}`, gives: "ab..." },
  { template: String.raw`{{ abbrevboth 2 10 "abcdefghijklmnop" }}`, gives: "abcdefg..." },
  { template: String.raw`{{ abbrevboth -9223372036854775808 4 "abcdef" }}|`, gives: "|" },
  { template: String.raw`{{ nospace "a\u00a0b" | printf "%q" }}`, gives: '"aÂb"' },
  { template: String.raw`{{ initials "日本 x" | printf "%q" }}`, gives: '"æx"' },
  { template: String.raw`{{ wrap 5 "aaaaaaaaa bb  cc dd" }}`, gives: "aaaaaaaaa\nbb \ncc dd" },
  { template: String.raw`{{ wrapWith 0 "|" "abc" }}`, gives: "a|b|c" },
  { template: String.raw`{{ replace "" "-" "aé" }}`, gives: "-a-é-" },
  {
    template: String.raw`{{ repeat -1 "x" }}`,
    fails:
      'template: t:1:3: executing "t" at <repeat -1 "x">: error calling repeat: strings: negative Repeat count',
  },
  { template: String.raw`{{ repeat 3 "" }}|`, gives: "|" },
  { template: String.raw`{{ splitList "" "aé" | toJson }}`, gives: '["a","é"]' },
  { template: String.raw`{{ splitn "," 0 "a,b" }}`, gives: "map[]" },
  { template: String.raw`{{ splitn "," 2 "a,b,c" | toJson }}`, gives: '{"_0":"a","_1":"b,c"}' },
  { template: String.raw`{{ trimAll "é\xff" "éxé\xff" }}`, gives: "x" },
  { template: String.raw`{{ quote nil "a" 1.5 (list 1) }}`, gives: '"a" "1.5" "[1]"' },
  { template: String.raw`{{ squote "it's" nil }}`, gives: "'it's'" },
  { template: "{{ cat nil }}|", gives: "|" },
  { template: String.raw`{{ join "," (list 1 nil "a" 2.5) }}`, gives: "1,a,2.5" },
  { template: String.raw`{{ join "-" 5 }}`, gives: "5" },
  { template: String.raw`{{ nindent 2 "a\n\nb" }}`, gives: "\n  a\n  \n  b" },
  { template: String.raw`{{ plural "a" "b" -1 }}`, gives: "b" },
]);
