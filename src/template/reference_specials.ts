/** Functions on maps, numbers, dates, keys, patterns, versions and the rest. In the notation of `reference.ts`. */
export const specials = String.raw`
# maps
dict KEY VALUE...: A map of keys and values.
  {{ dict "a" 1 "b" 2 }} => map[a:1 b:2]
get MAP KEY: The value at a key; an empty text where there is none.
  {{ get (dict "a" 1) "a" }} => 1
set MAP KEY VALUE: The same map, in which the key now has the value.
  {{ set (dict "a" 1) "b" 2 }} => map[a:1 b:2]
unset MAP KEY: The same map, which no longer has the key.
  {{ unset (dict "a" 1 "b" 2) "a" }} => map[b:2]
hasKey MAP KEY: Whether the map has the key.
  {{ hasKey (dict "a" 1) "a" }} => true
dig KEY... DEFAULT MAP: The value at a path of keys, or the default where one is missing.
  {{ dig "a" "b" 0 (dict "a" (dict "b" 5)) }} => 5
keys MAP...: The keys of the maps.
  {{ keys (dict "b" 1 "a" 2) | sortAlpha }} => [a b]
values MAP: The values of the map in the order of its keys.
  {{ values (dict "b" 1 "a" 2) }} => [2 1]
pluck KEY MAP...: The values that the maps have at a key.
  {{ pluck "a" (dict "a" 1) (dict "a" 2) }} => [1 2]
pick MAP KEY...: A map with only these keys.
  {{ pick (dict "a" 1 "b" 2) "a" }} => map[a:1]
omit MAP KEY...: A map without these keys.
  {{ omit (dict "a" 1 "b" 2) "a" }} => map[b:2]
merge, mustMerge MAP SOURCE...: The same map, in which what was missing or empty comes from the sources.
  {{ merge (dict "a" 1) (dict "a" 2 "b" 3) }} => map[a:1 b:3]
mergeOverwrite, mustMergeOverwrite MAP SOURCE...: The same map, in which everything in the sources wins.
  {{ mergeOverwrite (dict "a" 1) (dict "a" 2 "b" 3) }} => map[a:2 b:3]
deepCopy, mustDeepCopy VALUE: A copy that shares no map with the value.
  {{ deepCopy (dict "a" (list 1)) }} => map[a:[1]]
# math
add NUMBER...: The sum as whole numbers.
  {{ add 1 2 3 }} => 6
add1 NUMBER: One more, as a whole number.
  {{ add1 4 }} => 5
sub NUMBER NUMBER: The difference as whole numbers.
  {{ sub 5 3 }} => 2
mul NUMBER...: The product as whole numbers.
  {{ mul 2 3 4 }} => 24
div NUMBER NUMBER: The quotient as whole numbers, cut off.
  {{ div 7 2 }} => 3
mod NUMBER NUMBER: The rest of the division.
  {{ mod 7 3 }} => 1
max, biggest NUMBER...: The largest as whole numbers.
  {{ max 1 3 2 }} => 3
min NUMBER...: The smallest as whole numbers.
  {{ min 3 1 2 }} => 1
addf NUMBER...: The sum of decimal numbers.
  {{ addf 0.1 0.2 }} => 0.3
add1f NUMBER: One more, as a decimal number.
  {{ add1f 1.5 }} => 2.5
subf NUMBER...: The first decimal number less the others.
  {{ subf 7.5 2 0.5 }} => 5
mulf NUMBER...: The product of decimal numbers.
  {{ mulf 1.5 2 }} => 3
divf NUMBER...: The first decimal number divided by the others.
  {{ divf 10 4 }} => 2.5
maxf NUMBER...: The largest of decimal numbers.
  {{ maxf 1 2.5 }} => 2.5
minf NUMBER...: The smallest of decimal numbers.
  {{ minf 1.5 2 }} => 1.5
floor NUMBER: The whole number below.
  {{ floor 2.7 }} => 2
ceil NUMBER: The whole number above.
  {{ ceil 2.1 }} => 3
round NUMBER PLACES: The number rounded to digits after the point.
  {{ round 3.14159 2 }} => 3.14
until N: The numbers from 0 up to before N.
  {{ until 4 }} => [0 1 2 3]
untilStep START END STEP: The numbers from START up to before END by a step.
  {{ untilStep 2 9 3 }} => [2 5 8]
seq END: The numbers from 1 to END as a text; also START END and START STEP END.
  {{ seq 3 }} => 1 2 3
# conversion
atoi TEXT: The decimal whole number that a text is; 0 for anything else.
  {{ atoi "42" }} => 42
int64 VALUE: The value as a 64-bit whole number; texts as Go literals, 0 for anything else.
  {{ int64 "0x1F" }} => 31
float64 VALUE: The value as a decimal number; 0 for anything else.
  {{ float64 "1.5" }} => 1.5
toDecimal VALUE: The number that the digits mean in base 8.
  {{ toDecimal "755" }} => 493
toString VALUE: The value as text.
  {{ toString 5 | printf "%q" }} => "5"
toStrings LIST: The items as texts.
  {{ toStrings (list 1 true) | join "," }} => 1,true
toJson, mustToJson VALUE: The value as JSON on one line, with HTML escaped.
  {{ dict "a" (list 1 nil) | toJson }} => {"a":[1,null]}
toPrettyJson, mustToPrettyJson VALUE: The value as JSON over several lines.
  {{ list 1 | toPrettyJson }} => [\n  1\n]
toRawJson, mustToRawJson VALUE: The value as JSON on one line, HTML left as it is.
  {{ toRawJson "<b>" }} => "<b>"
mustFromJson TEXT: The value of a JSON text; fails for anything else.
  {{ mustFromJson "[1, 2]" | last }} => 2
# flow
default DEFAULT VALUE: The value, or the default where it is empty.
  {{ "" | default "none" }} => none
empty VALUE: Whether the value is empty: nil, 0, false, or without contents.
  {{ empty 0 }} => true
coalesce VALUE...: The first value that is not empty.
  {{ coalesce "" 0 "a" }} => a
all VALUE...: Whether no value is empty.
  {{ all 1 "a" }} => true
any VALUE...: Whether some value is not empty.
  {{ any 0 "a" }} => true
ternary YES NO TEST: The first value if the test is true, otherwise the second.
  {{ true | ternary "yes" "no" }} => yes
fail MESSAGE: Stops the rendering with the message.
  {{ if false }}{{ fail "no plan" }}{{ end }}fine => fine
hello: A greeting.
  {{ hello }} => Hello!
# types
typeOf VALUE: The name of the value's type.
  {{ typeOf (list 1) }} => []interface {}
typeIs NAME VALUE: Whether the value has the type of that name.
  {{ typeIs "string" "a" }} => true
typeIsLike NAME VALUE: As typeIs, also for a pointer to the type.
  {{ typeIsLike "semver.Version" (semver "1.0.0") }} => true
kindOf VALUE: The kind of the value's type.
  {{ kindOf (dict) }} => map
kindIs NAME VALUE: Whether the value's type is of that kind.
  {{ kindIs "int" 1 }} => true
deepEqual VALUE VALUE: Whether two values are the same all the way down.
  {{ deepEqual (list 1) (list 1) }} => true
# encoding
b64enc TEXT: The text in base64.
  {{ b64enc "hello" }} => aGVsbG8=
b64dec TEXT: The text that the base64 stands for.
  {{ b64dec "aGVsbG8=" }} => hello
b32enc TEXT: The text in base32.
  {{ b32enc "hello" }} => NBSWY3DP
b32dec TEXT: The text that the base32 stands for.
  {{ b32dec "NBSWY3DP" }} => hello
# digests and passwords
sha1sum TEXT: The SHA-1 digest in hexadecimal.
  {{ sha1sum "acme" | trunc 8 }} => 293abb6b
sha256sum TEXT: The SHA-256 digest in hexadecimal.
  {{ sha256sum "acme" | trunc 8 }} => 822b33ad
sha512sum TEXT: The SHA-512 digest in hexadecimal.
  {{ sha512sum "acme" | trunc 8 }} => c1347621
adler32sum TEXT: The Adler-32 checksum as a decimal number.
  {{ adler32sum "acme" }} => 66060695
bcrypt TEXT: A salted bcrypt hash of a password.
  {{ bcrypt "secret" }} =~ ^\$2a\$10\$[./A-Za-z0-9]{53}$
htpasswd USER PASSWORD: A line of an htpasswd file with a bcrypt hash.
  {{ htpasswd "ada" "secret" }} =~ ^ada:\$2a\$10\$[./A-Za-z0-9]{53}$
derivePassword COUNTER TYPE PASSWORD USER SITE: A password for a site by the Master Password algorithm.
  {{ derivePassword 1 "long" "password" "user" "example.com" }} => ZedaFaxcZaso9*
encryptAES KEY TEXT: The text encrypted with AES-256-CBC, in base64.
  {{ encryptAES "key" "text" }} =~ ^[A-Za-z0-9+/]{43}=$
decryptAES KEY TEXT: The text that was encrypted.
  {{ encryptAES "key" "text" | decryptAES "key" }} => text
# random
uuidv4: A random UUID.
  {{ uuidv4 }} =~ ^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$
randAlphaNum N: N random letters and digits.
  {{ randAlphaNum 8 }} =~ ^[A-Za-z0-9]{8}$
randAlpha N: N random letters.
  {{ randAlpha 8 }} =~ ^[A-Za-z]{8}$
randNumeric N: N random digits.
  {{ randNumeric 6 }} =~ ^[0-9]{6}$
randAscii N: N random printable ASCII characters.
  {{ randAscii 8 }} =~ ^[ -~]{8}$
randInt MIN MAX: A random whole number from MIN up to before MAX.
  {{ randInt 1 7 }} =~ ^[1-6]$
randBytes N: N random bytes in base64.
  {{ randBytes 12 }} =~ ^[A-Za-z0-9+/]{16}$
shuffle TEXT: The characters of the text in random order.
  {{ shuffle "ab" }} =~ ^(ab|ba)$
# keys and certificates
genPrivateKey TYPE: A new private key as PEM: ecdsa, ed25519, rsa (4096 bits, slow) or dsa.
  {{ genPrivateKey "ecdsa" }} =~ ^-----BEGIN EC PRIVATE KEY-----
genCA NAME DAYS: A new certificate authority, with its Cert and Key as PEM.
  {{ (genCA "my-ca" 365).Cert }} =~ ^-----BEGIN CERTIFICATE-----
genCAWithKey NAME DAYS KEY: As genCA, with a key that exists.
  {{ (genCAWithKey "my-ca" 365 (genPrivateKey "ecdsa")).Cert }} =~ ^-----BEGIN CERTIFICATE-----
genSelfSignedCert NAME IPS NAMES DAYS: A new certificate that signs itself.
  {{ (genSelfSignedCert "acme" nil (list "acme.test") 30).Key }} =~ ^-----BEGIN RSA PRIVATE KEY-----
genSelfSignedCertWithKey NAME IPS NAMES DAYS KEY: As genSelfSignedCert, with a key that exists.
  {{ (genSelfSignedCertWithKey "acme" nil nil 30 (genPrivateKey "ed25519")).Cert }} =~ ^-----BEGIN CERTIFICATE-----
genSignedCert NAME IPS NAMES DAYS CA: A new certificate signed by an authority.
  {{ (genSignedCert "acme" (list "10.0.0.1") nil 30 (genCA "ca" 365)).Cert }} =~ ^-----BEGIN CERTIFICATE-----
genSignedCertWithKey NAME IPS NAMES DAYS CA KEY: As genSignedCert, with a key that exists.
  {{ (genSignedCertWithKey "acme" nil nil 30 (genCA "ca" 365) (genPrivateKey "ecdsa")).Key }} =~ ^-----BEGIN EC PRIVATE KEY-----
buildCustomCert CERT KEY: A certificate and key that exist, both in base64.
  {{ $ca := genCAWithKey "ca" 1 (genPrivateKey "ecdsa") }}{{ eq (buildCustomCert (b64enc $ca.Cert) (b64enc $ca.Key)).Cert $ca.Cert }} => true
# dates
now: The present moment.
  {{ now | date "2006" }} =~ ^20[0-9]{2}$
date LAYOUT TIME: The time written by a layout that shows 2006-01-02 15:04:05.
  {{ 1700000000 | date "2006-01-02 15:04" }} => 2023-11-14 22:13
dateInZone, date_in_zone LAYOUT TIME ZONE: As date, in a time zone.
  {{ dateInZone "2006-01-02 15:04 MST" 1700000000 "Asia/Tokyo" }} => 2023-11-15 07:13 JST
htmlDate TIME: The date for an HTML date field.
  {{ htmlDate 1700000000 }} => 2023-11-14
htmlDateInZone TIME ZONE: As htmlDate, in a time zone.
  {{ htmlDateInZone 1700000000 "Asia/Tokyo" }} => 2023-11-15
dateModify, date_modify, mustDateModify, must_date_modify AMOUNT TIME: The time moved by a duration.
  {{ toDate "2006-01-02" "2024-02-28" | dateModify "48h" | date "Jan 2" }} => Mar 1
toDate, mustToDate LAYOUT TEXT: The time that a text tells by a layout.
  {{ toDate "2006-01-02" "2024-02-29" | date "Monday" }} => Thursday
ago TIME: The duration since a time in seconds.
  {{ ago now }} => 0s
duration SECONDS: A count of seconds as a duration; a text or a 64-bit number.
  {{ duration "95" }} => 1m35s
durationRound DURATION: The duration in its largest unit.
  {{ durationRound "26h30m" }} => 1d
unixEpoch TIME: The seconds since 1970.
  {{ toDate "2006-01-02" "2024-01-01" | unixEpoch }} => 1704067200
# regular expressions
regexMatch, mustRegexMatch PATTERN TEXT: Whether the pattern matches somewhere in the text.
  {{ regexMatch "^[a-z]+$" "acme" }} => true
regexFind, mustRegexFind PATTERN TEXT: The first match.
  {{ regexFind "[0-9]+" "a1b22" }} => 1
regexFindAll, mustRegexFindAll PATTERN TEXT N: The first N matches; all for a negative N.
  {{ regexFindAll "[0-9]+" "a1b22" -1 }} => [1 22]
regexReplaceAll, mustRegexReplaceAll PATTERN TEXT NEW: The text with every match replaced; $1 is the first group.
  {{ regexReplaceAll "a(x*)b" "-ab-axxb-" "<$1>" }} => -<>-<xx>-
regexReplaceAllLiteral, mustRegexReplaceAllLiteral PATTERN TEXT NEW: As regexReplaceAll, with NEW taken as it is.
  {{ regexReplaceAllLiteral "a(x*)b" "-ab-" "$1" }} => -$1-
regexSplit, mustRegexSplit PATTERN TEXT N: The parts between matches, at most N; all for a negative N.
  {{ regexSplit "[,;]" "a,b;c" -1 }} => [a b c]
regexQuoteMeta TEXT: The text escaped to stand for itself in a pattern.
  {{ regexQuoteMeta "1.2" }} => 1\\.2
# versions
semver VERSION: A version with Major, Minor, Patch, Prerelease, Metadata and Original.
  {{ (semver "v1.2.3-rc.1").Minor }} => 2
semverCompare CONSTRAINT VERSION: Whether the version meets the constraint.
  {{ semverCompare "^1.2.0" "1.4.1" }} => true
# URLs and paths
urlParse URL: The parts of a URL as a map.
  {{ (urlParse "https://acme.test:8080/x").host }} => acme.test:8080
urlJoin MAP: The URL of such parts.
  {{ urlJoin (dict "scheme" "https" "host" "acme.test" "path" "/x") }} => https://acme.test/x
base, osBase PATH: The last element of a path.
  {{ base "/etc/app/conf.yaml" }} => conf.yaml
dir, osDir PATH: The path without its last element.
  {{ dir "/etc/app/conf.yaml" }} => /etc/app
clean, osClean PATH: The shortest path that means the same.
  {{ clean "a//b/../c" }} => a/c
ext, osExt PATH: The extension of the last element.
  {{ ext "conf.yaml" }} => .yaml
isAbs, osIsAbs PATH: Whether the path is absolute.
  {{ isAbs "/etc" }} => true
`;
