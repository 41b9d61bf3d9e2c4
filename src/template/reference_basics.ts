/** Go's own functions, this project's, and those on texts and lists. In the notation of `reference.ts`. */
export const basics = String.raw`
# Go
and VALUE...: The first empty value, or the last one; later values are not looked at.
  {{ and true "yes" }} => yes
or VALUE...: The first value that is not empty, or the last one; later values are not looked at.
  {{ or "" "fallback" }} => fallback
not VALUE: Whether a value is empty.
  {{ not "" }} => true
eq VALUE VALUE...: Whether the first value equals any of the others; the kinds must fit.
  {{ eq "b" "a" "b" }} => true
ne VALUE VALUE: Whether two values differ.
  {{ ne 1 2 }} => true
lt VALUE VALUE: Whether the first value is less than the second.
  {{ lt 1 2 }} => true
le VALUE VALUE: Whether the first value is at most the second.
  {{ le 2 2 }} => true
gt VALUE VALUE: Whether the first value is greater than the second.
  {{ gt 3 2 }} => true
ge VALUE VALUE: Whether the first value is at least the second.
  {{ ge 2 2 }} => true
len VALUE: The number of bytes of a text, or of items of a list or map.
  {{ len "abc" }} => 3
index VALUE KEY...: The item at an index or key, and further inside with more keys.
  {{ index (list "a" "b") 1 }} => b
slice, mustSlice LIST START END: The items from START up to before END; both may be left out.
  {{ slice (list 1 2 3 4) 1 3 }} => [2 3]
print VALUE...: The values as text, with spaces between values that are no texts.
  {{ print "n" 1 2 }} => n1 2
printf FORMAT VALUE...: The values as text by a format with verbs such as %s, %d and %q.
  {{ printf "%s-%03d" "app" 7 }} => app-007
println VALUE...: The values as text with spaces between them and a newline.
  {{ println "a" 1 }} => a 1\n
html VALUE...: The text with the characters escaped that HTML gives a meaning.
  {{ html "<a & b>" }} => &lt;a &amp; b&gt;
js VALUE...: The text escaped to stand in a JavaScript string.
  {{ js "it's" }} => it\\'s
urlquery VALUE...: The text escaped to stand in the query of a URL.
  {{ urlquery "a b&c" }} => a+b%26c
call FUNCTION VALUE...: The result of a function value; the data of a template hold none.
  {{ if false }}{{ call nil }}{{ end }}none => none
# typed fields
int VALUE: The whole number that a value stands for; a field that is nothing else becomes a number.
  {{ "42" | int }} => 42
float VALUE: The number that a value stands for; a field that is nothing else becomes a number.
  {{ "2.5" | float }} => 2.5
bool VALUE: Whether a value means true (true, 1, yes, on, t, y); a field that is nothing else becomes a boolean.
  {{ "yes" | bool }} => true
asValue VALUE: The value as JSON; a field that is nothing else becomes that list, map or value.
  {{ list 1 "a" | asValue }} => [1,"a"]
toHost URL: The host name of a URL, or the text up to its first colon.
  {{ toHost "https://acme.example.com:8080/x" }} => acme.example.com
trunc63 TEXT: The first 63 bytes of a text: as much as a label or DNS name takes.
  {{ trunc63 "short" }} => short
fromJson TEXT: The value of a JSON text; an empty map for anything else.
  {{ (fromJson "{\"port\": 5432}").port }} => 5432
# strings
upper TEXT: The text in upper case.
  {{ upper "acme" }} => ACME
lower TEXT: The text in lower case.
  {{ lower "ACME" }} => acme
title TEXT: The text with a capital at the start of every word.
  {{ title "hello world" }} => Hello World
untitle TEXT: The text with a small letter at the start of every word.
  {{ untitle "Hello World" }} => hello world
swapcase TEXT: The text with capitals made small and small letters made capital.
  {{ swapcase "Hello" }} => hELLO
camelcase TEXT: The words of the text run together, each with a capital.
  {{ camelcase "http_server" }} => HttpServer
snakecase TEXT: The words of the text in lower case with underscores between them.
  {{ snakecase "HTTPServer" }} => http_server
kebabcase TEXT: The words of the text in lower case with dashes between them.
  {{ kebabcase "HTTPServer" }} => http-server
contains PART TEXT: Whether the text contains the part.
  {{ contains "ell" "hello" }} => true
hasPrefix PART TEXT: Whether the text starts with the part.
  {{ hasPrefix "he" "hello" }} => true
hasSuffix PART TEXT: Whether the text ends with the part.
  {{ hasSuffix "lo" "hello" }} => true
trim TEXT: The text without white space at its ends.
  {{ trim "  a  " }} => a
trimAll, trimall CHARACTERS TEXT: The text without any of the characters at its ends.
  {{ trimAll "$-" "$5-" }} => 5
trimPrefix PART TEXT: The text without the part at its start.
  {{ trimPrefix "v" "v1.2" }} => 1.2
trimSuffix PART TEXT: The text without the part at its end.
  {{ trimSuffix "-" "acme-" }} => acme
trunc N TEXT: The first N bytes of the text, or with a negative N the last ones.
  {{ trunc 3 "hello" }} => hel
substr START END TEXT: The bytes of the text from START up to before END.
  {{ substr 1 3 "hello" }} => el
abbrev WIDTH TEXT: The text cut to a width with an ellipsis.
  {{ abbrev 8 "hello world" }} => hello...
abbrevboth LEFT WIDTH TEXT: The text cut at both sides to a width with ellipses.
  {{ abbrevboth 5 10 "1234 5678 9123" }} => ...5678...
initials TEXT: The first letters of the words.
  {{ initials "First Try" }} => FT
nospace TEXT: The text without any white space.
  {{ nospace "a b c" }} => abc
repeat N TEXT: The text N times over.
  {{ repeat 3 "ab" }} => ababab
replace OLD NEW TEXT: The text with every OLD replaced by NEW.
  {{ replace "." "-" "a.b.c" }} => a-b-c
quote VALUE...: The values in double quotes with escapes; nil is left out.
  {{ quote "a\"b" 1 }} => "a\\"b" "1"
squote VALUE...: The values in single quotes; nil is left out.
  {{ squote "a" 1 }} => 'a' '1'
cat VALUE...: The values with spaces between them; nil is left out.
  {{ cat "a" 1 nil true }} => a 1 true
indent N TEXT: The text with every line moved right by N spaces.
  {{ indent 2 "a\nb" }} =>   a\n  b
nindent N TEXT: As indent, with a newline in front.
  {{ nindent 2 "a" }} => \n  a
wrap WIDTH TEXT: The text with line breaks at spaces where lines get too long.
  {{ wrap 5 "one two three" }} => one\ntwo\nthree
wrapWith WIDTH BREAK TEXT: As wrap with another text for the line break; long words are cut.
  {{ wrapWith 5 "|" "one twothree" }} => one|twoth|ree
plural ONE MANY N: ONE if N is 1, otherwise MANY.
  {{ plural "pod" "pods" 2 }} => pods
join SEPARATOR LIST: The items as texts with a separator between them; nil is left out.
  {{ join "-" (list "a" 1 "b") }} => a-1-b
split SEPARATOR TEXT: The parts of the text as a map with the keys _0, _1 and so on.
  {{ (split "." "a.b")._1 }} => b
splitn SEPARATOR N TEXT: As split with at most N parts.
  {{ (splitn "." 2 "a.b.c")._1 }} => b.c
splitList SEPARATOR TEXT: The parts of the text as a list.
  {{ splitList "," "a,b" | last }} => b
# lists
list, tuple VALUE...: A list of the values.
  {{ list 1 "a" true }} => [1 a true]
first, mustFirst LIST: The first item; nil for an empty list.
  {{ first (list 1 2 3) }} => 1
last, mustLast LIST: The last item; nil for an empty list.
  {{ last (list 1 2 3) }} => 3
rest, mustRest LIST: All items but the first.
  {{ rest (list 1 2 3) }} => [2 3]
initial, mustInitial LIST: All items but the last.
  {{ initial (list 1 2 3) }} => [1 2]
append, mustAppend, push, mustPush LIST VALUE: The list with a value at the end.
  {{ append (list 1 2) 3 }} => [1 2 3]
prepend, mustPrepend LIST VALUE: The list with a value at the start.
  {{ prepend (list 1 2) 0 }} => [0 1 2]
concat LIST...: The items of all lists in one list.
  {{ concat (list 1 2) (list 3) }} => [1 2 3]
reverse, mustReverse LIST: The items in reverse order.
  {{ reverse (list 1 2 3) }} => [3 2 1]
uniq, mustUniq LIST: The items without those that came before.
  {{ uniq (list 1 2 1) }} => [1 2]
without, mustWithout LIST VALUE...: The items that equal none of the values.
  {{ without (list 1 2 3) 2 }} => [1 3]
has, mustHas VALUE LIST: Whether the list holds the value.
  {{ has 2 (list 1 2 3) }} => true
compact, mustCompact LIST: The items that are not empty.
  {{ compact (list 1 "" 0 "a") }} => [1 a]
chunk, mustChunk SIZE LIST: The items in lists of at most SIZE.
  {{ chunk 2 (list 1 2 3) }} => [[1 2] [3]]
sortAlpha LIST: The items as texts in the order of their bytes.
  {{ sortAlpha (list "c" "a" "b") }} => [a b c]
`;
