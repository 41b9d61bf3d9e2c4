import { checkTemplates } from "../../tests/support/template_case.ts";

/** Results are those of Go's own text/template with Sprig. */
checkTemplates("URLs are parsed and joined as package url does", [
  {
    template: String.raw`{{ urlParse "https://u:p%40s@h.com:8443/a%2Fb/é?q=1&r=a+b#f%20g" | toJson }}`,
    gives:
      '{"fragment":"f g","host":"h.com:8443","hostname":"h.com","opaque":"","path":"/a/b/é","query":"q=1\\u0026r=a+b","scheme":"https","userinfo":"u:p%40s"}',
  },
  {
    template: String.raw`{{ urlParse "mailto:a@b" | toJson }}`,
    gives:
      '{"fragment":"","host":"","hostname":"","opaque":"a@b","path":"","query":"","scheme":"mailto","userinfo":""}',
  },
  {
    template: String.raw`{{ urlParse "//h" | toJson }}`,
    gives:
      '{"fragment":"","host":"h","hostname":"h","opaque":"","path":"","query":"","scheme":"","userinfo":""}',
  },
  {
    template: String.raw`{{ urlParse "a:b:c" | toJson }}`,
    gives:
      '{"fragment":"","host":"","hostname":"","opaque":"b:c","path":"","query":"","scheme":"a","userinfo":""}',
  },
  {
    template: String.raw`{{ urlParse "http://[fe80::1%25en0]:80/" | toJson }}`,
    gives:
      '{"fragment":"","host":"[fe80::1%en0]:80","hostname":"fe80::1%en0","opaque":"","path":"/","query":"","scheme":"http","userinfo":""}',
  },
  {
    template: String.raw`{{ urlParse "http://[1.2.3.4]/" }}`,
    fails:
      'template: t:1:3: executing "t" at <urlParse "http://[1.2.3.4]/">: error calling urlParse: unable to parse url: parse "http://[1.2.3.4]/": invalid IP-literal',
  },
  {
    template: String.raw`{{ urlParse "http://a b/" }}`,
    fails:
      'template: t:1:3: executing "t" at <urlParse "http://a b/">: error calling urlParse: unable to parse url: parse "http://a b/": invalid character " " in host name',
  },
  {
    template: String.raw`{{ urlParse "http://h:x/" }}`,
    fails:
      'template: t:1:3: executing "t" at <urlParse "http://h:x/">: error calling urlParse: unable to parse url: parse "http://h:x/": invalid port ":x" after host',
  },
  {
    template: String.raw`{{ urlParse "%zz" }}`,
    fails:
      'template: t:1:3: executing "t" at <urlParse "%zz">: error calling urlParse: unable to parse url: parse "%zz": invalid URL escape "%zz"',
  },
  {
    template: String.raw`{{ urlParse ":x" }}`,
    fails:
      'template: t:1:3: executing "t" at <urlParse ":x">: error calling urlParse: unable to parse url: parse ":x": missing protocol scheme',
  },
  {
    template: String.raw`{{ urlParse "a b:c" }}`,
    fails:
      'template: t:1:3: executing "t" at <urlParse "a b:c">: error calling urlParse: unable to parse url: parse "a b:c": first path segment in URL cannot contain colon',
  },
  {
    template: String.raw`{{ urlParse "http://h/\x01" }}`,
    fails:
      'template: t:1:3: executing "t" at <urlParse "http://h/\\x01">: error calling urlParse: unable to parse url: parse "http://h/\\x01": net/url: invalid control character in URL',
  },
  {
    template: String
      .raw`{{ urlParse "http://h/a%2fb?x#y" | urlJoin }} {{ urlParse "?" | urlJoin }} {{ urlParse "http:/p" | urlJoin }}`,
    gives: "http://h/a/b?x#y  http:///p",
  },
  {
    template: String
      .raw`{{ urlJoin (dict "path" "a:b") }} {{ urlJoin (dict "host" "h" "path" "p q") }} {{ urlJoin (dict "scheme" "http" "host" "h" "userinfo" "u:p@x") }}`,
    gives: "./a:b //h/p%20q http://u:p%40x@h",
  },
  {
    template: String.raw`{{ urlJoin (dict "host" 5) }}`,
    fails:
      'template: t:1:3: executing "t" at <urlJoin (dict "host" 5)>: error calling urlJoin: unable to parse host key, must be of type string, but int found',
  },
  {
    template: String.raw`{{ urlJoin (dict "userinfo" "a b") }}`,
    fails:
      'template: t:1:3: executing "t" at <urlJoin (dict "userinfo" "a b")>: error calling urlJoin: unable to parse userinfo in dict: parse "proto://a b@host": net/url: invalid userinfo',
  },
]);
