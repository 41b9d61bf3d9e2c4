import { checkTemplates } from "../../tests/support/template_case.ts";

/** Results are those of Go's own text/template with Sprig. */
checkTemplates("paths are worked out on the text alone", [
  { template: String.raw`{{ base "" }} {{ base "///" }} {{ base "a/b/" }}`, gives: ". / b" },
  { template: String.raw`{{ dir "" }} {{ dir "/a" }} {{ dir "a/../b/c" }} {{ dir "x" }}`, gives: ". / b ." },
  {
    template: String.raw`{{ clean "" }} {{ clean "/../a" }} {{ clean "a/../../b" }} {{ clean "a//./b/" }}`,
    gives: ". /a ../b a/b",
  },
  { template: String.raw`{{ ext "a.tar.gz" }} {{ ext "a.b/c" }}| {{ ext ".x" }}`, gives: ".gz | .x" },
  {
    template: String.raw`{{ isAbs "/a" }} {{ osIsAbs "a" }} {{ osClean "./a" }} {{ osBase "/x" }}`,
    gives: "true false a x",
  },
]);
