/** The classes `\p{...}` of regular expressions, whose names Go reads without regard to case, `_`, `-` and space. */

const aliases: ReadonlyMap<string, string> = new Map(
  ("Casedletter:LC Closepunctuation:Pe Combiningmark:M Connectorpunctuation:Pc Control:Cc Currencysymbol:Sc " +
    "Dashpunctuation:Pd Decimalnumber:Nd Enclosingmark:Me Finalpunctuation:Pf Format:Cf Initialpunctuation:Pi " +
    "Letter:L Letternumber:Nl Lineseparator:Zl Lowercaseletter:Ll Mark:M Mathsymbol:Sm Modifierletter:Lm " +
    "Modifiersymbol:Sk Nonspacingmark:Mn Number:N Openpunctuation:Ps Other:C Otherletter:Lo Othernumber:No " +
    "Otherpunctuation:Po Othersymbol:So Paragraphseparator:Zp Privateuse:Co Punctuation:P Separator:Z " +
    "Spaceseparator:Zs Spacingmark:Mc Surrogate:Cs Symbol:S Titlecaseletter:Lt Unassigned:Cn Uppercaseletter:Lu " +
    "Cntrl:Cc Digit:Nd Punct:P Lc:LC").split(" ").map((pair) => {
      const [name = "", category = ""] = pair.split(":");
      return [name, category];
    }),
);

const part = /\\Q[^]*?(?:\\E|$)|\\[pP]\{[^}]*\}|\\[^]|\[:\^?\w+:\]|\[\^?\]?|[^]/g;
const classPart = /^\\([pP])\{(\^?)([^}]*)\}$/;

/** A pattern with the names of its classes spelled as the tables have them. */
export function withCanonicalClasses(pattern: string): string {
  if (!/\\[pP]\{/.test(pattern)) return pattern;
  let out = "";
  let isInside = false;
  for (const [found] of pattern.matchAll(part)) {
    const parts = classPart.exec(found);
    if (parts !== null) {
      const isNegated = (parts[1] === "P") !== (parts[2] === "^");
      out += canonicalClass(parts[3] ?? "", { isNegated, isInside }) ?? found;
      continue;
    }
    out += found;
    if (!isInside && found.startsWith("[") && !found.endsWith(":]")) isInside = true;
    else if (found === "]" || (isInside && /^\[\^?\]$/.test(found))) isInside = false;
  }
  return out;
}

function canonicalClass(name: string, at: { isNegated: boolean; isInside: boolean }): string | undefined {
  const words = name.replace(/[_\- ]/g, "");
  const canonical = words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
  if (canonical === "") return undefined;
  if (canonical === "Ascii") {
    const ascii = `[:${at.isNegated ? "^" : ""}ascii:]`;
    return at.isInside ? ascii : `[${ascii}]`;
  }
  // Everything that is assigned is what is not unassigned.
  if (canonical === "Assigned") return `\\${at.isNegated ? "p" : "P"}{Cn}`;
  return `\\${at.isNegated ? "P" : "p"}{${aliases.get(canonical) ?? canonical}}`;
}
