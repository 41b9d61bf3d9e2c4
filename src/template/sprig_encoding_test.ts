import { checkTemplates } from "../../tests/support/template_case.ts";

/** Results are those of Go's own text/template with Sprig. */
checkTemplates("decoders tell where the text stops being an encoding", [
  {
    template: String.raw`{{ b64enc "\xff\xfe" }} {{ b32enc "a" }} {{ b32enc "" }}|`,
    gives: "//4= ME====== |",
  },
  { template: String.raw`{{ b64dec "aGVs\nbG8=" }} {{ b64dec "" }}|`, gives: "hello |" },
  {
    template: String
      .raw`{{ b64dec "aGVsbG8" }}|{{ b64dec "a" }}|{{ b64dec "aG=s" }}|{{ b64dec "YQ==x" }}|{{ b64dec "=" }}|{{ b64dec "Y!==" }}`,
    gives:
      "illegal base64 data at input byte 4|illegal base64 data at input byte 0|illegal base64 data at input byte 2|illegal base64 data at input byte 4|illegal base64 data at input byte 0|illegal base64 data at input byte 1",
  },
  {
    template: String
      .raw`{{ b32dec "MZXW6===" }}|{{ b32dec "MZXW6==" }}|{{ b32dec "mzxw6===" }}|{{ b32dec "MZX=====" }}|{{ b32dec "MZXQ=X==" }}|{{ b32dec "A" }}`,
    gives:
      "foo|illegal base32 data at input byte 7|illegal base32 data at input byte 0|illegal base32 data at input byte 3|illegal base32 data at input byte 4|illegal base32 data at input byte 0",
  },
]);
