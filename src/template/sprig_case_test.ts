import { checkTemplates } from "../../tests/support/template_case.ts";

/** Results are those of Go's own text/template with Sprig. */
checkTemplates("letter case goes rune by rune, words as Sprig parts them", [
  { template: String.raw`{{ upper "ß ŉ ᾳ ǆ" }}`, gives: "ß ŉ ᾼ Ǆ" },
  { template: String.raw`{{ lower "İ Σ" }}`, gives: "i σ" },
  { template: String.raw`{{ upper "\xffa" }}|{{ upper "\xff\u00e9" }}`, gives: "�A|�É" },
  { template: String.raw`{{ title "o'neil ǆ x_y a-b" }}`, gives: "O'Neil ǅ X_y A-B" },
  { template: String.raw`{{ untitle "Éa Bc" }}`, gives: "éa bc" },
  { template: String.raw`{{ swapcase "aB éÀ ǅ x" }}`, gives: "Ab Éà ǆ X" },
  { template: String.raw`{{ camelcase "_foo__bar-baz qUX" }}`, gives: "_Foo_BarBazQUX" },
  {
    template: String.raw`{{ camelcase "_" }}|{{ camelcase "HTTPServer" }}|{{ camelcase "a" }}`,
    gives: "__|Httpserver|A",
  },
  {
    template: String
      .raw`{{ snakecase "HTTP20xOK" }} {{ snakecase "Bld4Floor3rd" }} {{ snakecase "Duration2m3s" }} {{ snakecase "a.B-c D" }}`,
    gives: "http_20x_ok bld4_floor_3rd duration_2m3s a.b_c_d",
  },
  {
    template: String
      .raw`{{ kebabcase "NoHTTPS2" }} {{ kebabcase "日本Go語" }} {{ kebabcase "x\xffYz" | printf "%q" }}`,
    gives: 'no-https2 日本-go-語 "x-�yz"',
  },
]);
