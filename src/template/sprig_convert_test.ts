import { checkTemplates } from "../../tests/support/template_case.ts";

/** Results are those of Go's own text/template with Sprig. */
checkTemplates("casts take Go literals and wrap at 64 bits", [
  {
    template: String
      .raw`{{ int64 "2.7" }} {{ int64 "3.0" }} {{ int64 "0x1F" }} {{ int64 "010" }} {{ int64 "08" }} {{ int64 "1e3" }} {{ int64 "1_000" }} {{ int64 "..0" }}`,
    gives: "0 3 31 8 0 0 1000 0",
  },
  {
    template: String
      .raw`{{ int64 1e19 }} {{ int64 -1e19 }} {{ int64 (float64 "NaN") }} {{ int64 9.99 }} {{ int64 true }} {{ int64 nil }} {{ int64 (list) }}`,
    gives: "-9223372036854775808 -9223372036854775808 -9223372036854775808 9 1 0 0",
  },
  {
    template: String
      .raw`{{ int64 "9223372036854775808" }} {{ atoi "9223372036854775808" }} {{ atoi "1x" }} {{ atoi "+5" }}`,
    gives: "0 9223372036854775807 0 5",
  },
  {
    template: String
      .raw`{{ float64 "0x1p4" }} {{ float64 "1e999" }} {{ float64 "inf" }} {{ float64 "1_0" }} {{ float64 " 1" }}`,
    gives: "16 0 +Inf 10 0",
  },
  { template: String.raw`{{ toDecimal 755 }} {{ toDecimal "8" }} {{ toDecimal -17 }}`, gives: "493 0 -15" },
  {
    template: String.raw`{{ toStrings (list 1 nil "a") }} {{ toStrings 5 }} {{ toStrings nil }}`,
    gives: "[1 a] [5] []",
  },
  { template: String.raw`{{ toString nil }} {{ toString (list 1 "a") }}`, gives: "<nil> [1 a]" },
  { template: String.raw`{{ int64 (toDate "2006" "2024").Month }}`, gives: "1" },
]);
