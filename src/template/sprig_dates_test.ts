import { checkTemplates } from "../../tests/support/template_case.ts";

/** Results are those of Go's own text/template with Sprig. */
checkTemplates("dates follow Go's layouts and zone data", [
  {
    template: String
      .raw`{{ dateInZone "Mon Jan _2 15:04:05.000 2006 MST -07:00 Z07:00 002 __2 06 3PM" 1709211845 "America/New_York" }}`,
    gives: "Thu Feb 29 08:04:05.000 2024 EST -05:00 -05:00 060  60 24 8AM",
  },
  {
    template: String
      .raw`{{ dateInZone "MST -0700" 1720000000 "Europe/London" }} {{ dateInZone "MST" 1900000000 "Australia/Lord_Howe" }} {{ dateInZone "MST -07" 4000000000 "America/Sao_Paulo" }}`,
    gives: "BST +0100 +11 -03 -03",
  },
  {
    template: String.raw`{{ dateInZone "2006-01-02 MST -070000" -3000000000 "Europe/Amsterdam" }}`,
    gives: "1874-12-07 AMT +001932",
  },
  {
    template: String.raw`{{ dateInZone "15:04" 0 "No/Zone" }} {{ dateInZone "15:04" 0 "" }}`,
    gives: "00:00 00:00",
  },
  {
    template: String
      .raw`{{ dateInZone "2006" 9223372036854775807 "UTC" }} {{ dateInZone "2006" -9223372036854775808 "UTC" }}`,
    gives: "292277026596 292277026596",
  },
  {
    template: String.raw`{{ toDate "2006-01-02T15:04:05Z07:00" "2024-07-01T12:00:00.5+02:00" }}`,
    gives: "2024-07-01 12:00:00.5 +0200 +0200",
  },
  {
    template: String.raw`{{ mustToDate "Jan _2 2006 3:04pm" "feb  9 2024 12:30am" }}`,
    gives: "2024-02-09 00:30:00 +0000 UTC",
  },
  {
    template: String.raw`{{ mustToDate "2006-01-02" "2023-02-29" }}`,
    fails:
      'template: t:1:3: executing "t" at <mustToDate "2006-01-02" "2023-02-29">: error calling mustToDate: parsing time "2023-02-29": day out of range',
  },
  {
    template: String.raw`{{ mustToDate "2006-01-02" "2023-13-01" }}`,
    fails:
      'template: t:1:3: executing "t" at <mustToDate "2006-01-02" "2023-13-01">: error calling mustToDate: parsing time "2023-13-01": month out of range',
  },
  {
    template: String.raw`{{ mustToDate "15:04" "24:00" }}`,
    fails:
      'template: t:1:3: executing "t" at <mustToDate "15:04" "24:00">: error calling mustToDate: parsing time "24:00": hour out of range',
  },
  {
    template: String.raw`{{ mustToDate "2006-01-02 MST" "2024-01-01 XX" }}`,
    fails:
      'template: t:1:3: executing "t" at <mustToDate "2006-01-02 MST" "2024-01-01 XX">: error calling mustToDate: parsing time "2024-01-01 XX" as "2006-01-02 MST": cannot parse "XX" as "MST"',
  },
  {
    template: String.raw`{{ mustToDate "2006 002" "2023 366" }}`,
    fails:
      'template: t:1:3: executing "t" at <mustToDate "2006 002" "2023 366">: error calling mustToDate: parsing time "2023 366": day-of-year out of range',
  },
  {
    template: String.raw`{{ mustToDate "2006-01-02" "2024-01-01 é" }}`,
    fails:
      'template: t:1:3: executing "t" at <mustToDate "2006-01-02" "2024-01-01 é">: error calling mustToDate: parsing time "2024-01-01 \\xc3\\xa9": extra text: " \\xc3\\xa9"',
  },
  {
    template: String.raw`{{ mustToDate "02 Jan 06 MST" "05 Aug 23 GMT-7" }}`,
    gives: "2023-08-04 17:00:00 -0700 GMT-7",
  },
  { template: String.raw`{{ toDate "2006-01-02" "nope" }}`, gives: "0001-01-01 00:00:00 +0000 UTC" },
  {
    template: String
      .raw`{{ toDate "2006" "2024" | dateModify "36h" }} {{ toDate "2006" "2024" | dateModify "x" }}`,
    gives: "2024-01-02 12:00:00 +0000 UTC 2024-01-01 00:00:00 +0000 UTC",
  },
  {
    template: String.raw`{{ toDate "2006" "2024" | mustDateModify "1d" }}`,
    fails:
      'template: t:1:26: executing "t" at <mustDateModify "1d">: error calling mustDateModify: time: unknown unit "d" in duration "1d"',
  },
  {
    template: String
      .raw`{{ duration "95" }} {{ duration 95 }} {{ duration (int64 3661) }} {{ duration "x" }} {{ duration -1.5 }}`,
    gives: "1m35s 0s 1h1m1s 0s 0s",
  },
  {
    template: String
      .raw`{{ durationRound "1h" }} {{ durationRound "400h" }} {{ durationRound "-3000h" }} {{ durationRound "9000h" }} {{ durationRound (int64 1500000000) }}`,
    gives: "60m 16d 4mo 1y 1s",
  },
  {
    template: String
      .raw`{{ (toDate "2006-01-02" "2024-01-31").AddDate 0 1 0 }} {{ ((toDate "2006" "2024").Sub (toDate "2006" "2023")).Hours }} {{ (toDate "2006-01-02" "2024-02-29").YearDay }} {{ (toDate "2006" "2024").Weekday }}`,
    gives: "2024-03-02 00:00:00 +0000 UTC 8760 60 Monday",
  },
  {
    template: String.raw`{{ toJson (toDate "2006" "2024") }} {{ toJson (dict "t" (toDate "x" "y")) }}`,
    gives: '"2024-01-01T00:00:00Z" {"t":"0001-01-01T00:00:00Z"}',
  },
]);
