import { checkTemplates } from "../../tests/support/template_case.ts";

/** Results are those of Go's own text/template with Sprig. */
checkTemplates("hashes and ciphers agree with Go's", [
  {
    template: String.raw`{{ adler32sum "\xff\xff" }} {{ sha1sum "" }}`,
    gives: "50266623 da39a3ee5e6b4b0d3255bfef95601890afd80709",
  },
  {
    template: String
      .raw`{{ derivePassword 1 "maximum" "password" "user" "example.com" }} {{ derivePassword 2 "medium" "é" "ü" "s" }}`,
    gives: "pf4zS1LjCg&LjhsZ7T2~ BamRap3^",
  },
  { template: String.raw`{{ derivePassword 1 "x" "p" "u" "s" }}`, gives: "cannot find password template x" },
  {
    template: String.raw`{{ bcrypt (repeat 73 "x") }}`,
    gives: "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes",
  },
  { template: String.raw`{{ htpasswd "a:b" "x" }}`, gives: "invalid username: a:b" },
  {
    template: String.raw`{{ decryptAES "secretkey" "30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=" }}`,
    gives: "plaintext",
  },
  {
    template: String.raw`{{ decryptAES "k" "!" }}`,
    fails:
      'template: t:1:3: executing "t" at <decryptAES "k" "!">: error calling decryptAES: illegal base64 data at input byte 0',
  },
  {
    template: String.raw`{{ decryptAES "k" "AAAA" }}`,
    fails:
      'template: t:1:3: executing "t" at <decryptAES "k" "AAAA">: error calling decryptAES: runtime error: slice bounds out of range [:16] with capacity 3',
  },
  {
    template: String.raw`{{ decryptAES "k" "AAAAAAAAAAAAAAAAAAAAAA==" }}`,
    fails:
      'template: t:1:3: executing "t" at <decryptAES "k" "AAAAAAAAAAAAAAAAAAAAAA==">: error calling decryptAES: runtime error: index out of range [-1]',
  },
  {
    template: String.raw`{{ decryptAES "k" "AAAAAAAAAAAAAAAAAAAAAAAAAAA=" }}`,
    fails:
      'template: t:1:3: executing "t" at <decryptAES "k" "AAAAAAAAAAAAAAAAAAAAAAAAAAA=">: error calling decryptAES: crypto/cipher: input not full blocks',
  },
]);
