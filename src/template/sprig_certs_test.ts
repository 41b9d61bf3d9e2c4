import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { checkTemplates } from "../../tests/support/template_case.ts";
import { render } from "./mod.ts";

function certificates(template: string): Record<string, string> {
  return JSON.parse(render(`{{ $k := genPrivateKey "ecdsa" }}${template}`, {}));
}

Deno.test("an authority signs certificates that verify against it", () => {
  const made = certificates(
    `{{ $ca := genCAWithKey "my ca" 365 $k }}{{ $c := genSignedCertWithKey "svc" (list "10.0.0.1" "::1")` +
      ` (list "svc.local") 30 $ca (genPrivateKey "ed25519") }}{{ dict "ca" $ca.Cert "cert" $c.Cert | toJson }}`,
  );
  const authority = new X509Certificate(made["ca"] ?? "");
  const certificate = new X509Certificate(made["cert"] ?? "");
  assert.equal(authority.subject, "CN=my ca");
  assert.equal(authority.ca, true);
  assert.equal(certificate.issuer, "CN=my ca");
  assert.equal(certificate.subject, "CN=svc");
  assert.equal(certificate.ca, false);
  assert.equal(certificate.verify(authority.publicKey), true);
  assert.equal(authority.verify(authority.publicKey), true);
  assert.match(certificate.subjectAltName ?? "", /DNS:svc\.local, IP Address:10\.0\.0\.1/);
});

Deno.test("a certificate is valid for the days it was asked for", () => {
  const made = certificates(`{{ dict "cert" (genSelfSignedCertWithKey "a" nil nil 30 $k).Cert | toJson }}`);
  const { validFrom, validTo } = new X509Certificate(made["cert"] ?? "");
  assert.equal(Date.parse(validTo) - Date.parse(validFrom), 30 * 86_400_000);
});

Deno.test("generated RSA keys belong to their certificates", () => {
  const made = certificates(
    `{{ $c := genSelfSignedCert "acme" nil nil 1 }}` +
      `{{ dict "cert" $c.Cert "again" (buildCustomCert (b64enc $c.Cert) (b64enc $c.Key)).Key "key" $c.Key | toJson }}`,
  );
  assert.equal(made["again"], made["key"]);
  const certificate = new X509Certificate(made["cert"] ?? "");
  assert.equal(certificate.verify(certificate.publicKey), true);
});

checkTemplates("keys and names that don't fit are refused", [
  { template: `{{ genPrivateKey "x" }}`, gives: "Unknown type x" },
  {
    template: `{{ genCAWithKey "a" 1 "x" }}`,
    fails: `template: t:1:3: executing "t" at <genCAWithKey "a" 1 "x">: error calling genCAWithKey: ` +
      `parsing private key: no PEM data in input`,
  },
  {
    template: `{{ genSelfSignedCertWithKey "a" (list "x") nil 1 (genPrivateKey "ecdsa") }}`,
    fails: `template: t:1:3: executing "t" at <genSelfSignedCertWithKey "a" (list "x") nil 1 ` +
      `(genPrivateKey "ecdsa")>: error calling genSelfSignedCertWithKey: error parsing ip: x`,
  },
  {
    template: `{{ $k := genPrivateKey "ecdsa" }}{{ $ca := genCAWithKey "a" 1 $k }}` +
      `{{ $b := buildCustomCert (b64enc $ca.Cert) (genPrivateKey "ecdsa" | b64enc) }}` +
      `{{ genSignedCertWithKey "b" nil nil 1 $b $k }}`,
    fails: `template: t:1:148: executing "t" at <genSignedCertWithKey "b" nil nil 1 $b $k>: error calling ` +
      `genSignedCertWithKey: error creating certificate: x509: provided PrivateKey doesn't match parent's PublicKey`,
  },
]);
