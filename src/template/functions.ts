import { builtinFunctions } from "./builtins.ts";
import { fieldFunctions } from "./field_functions.ts";
import type { FunctionTable } from "./function.ts";
import { caseFunctions } from "./sprig_case.ts";
import { certFunctions } from "./sprig_certs.ts";
import { convertFunctions } from "./sprig_convert.ts";
import { cryptoFunctions } from "./sprig_crypto.ts";
import { dateFunctions } from "./sprig_dates.ts";
import { dictFunctions } from "./sprig_dicts.ts";
import { digestFunctions } from "./sprig_digests.ts";
import { encodingFunctions } from "./sprig_encoding.ts";
import { flowFunctions } from "./sprig_flow.ts";
import { jsonFunctions } from "./sprig_json.ts";
import { listFunctions } from "./sprig_lists.ts";
import { mathFunctions } from "./sprig_math.ts";
import { pathFunctions } from "./sprig_path.ts";
import { randomFunctions } from "./sprig_random.ts";
import { reflectFunctions } from "./sprig_reflect.ts";
import { regexFunctions } from "./sprig_regex.ts";
import { semverFunctions } from "./sprig_semver.ts";
import { stringFunctions } from "./sprig_strings.ts";
import { urlFunctions } from "./sprig_url.ts";

/** Every function that a template can call: Go's own, Sprig's over them, and this project's over both. */
export const functions: FunctionTable = {
  ...builtinFunctions,
  ...caseFunctions,
  ...certFunctions,
  ...convertFunctions,
  ...cryptoFunctions,
  ...dateFunctions,
  ...dictFunctions,
  ...digestFunctions,
  ...encodingFunctions,
  ...flowFunctions,
  ...jsonFunctions,
  ...listFunctions,
  ...mathFunctions,
  ...pathFunctions,
  ...randomFunctions,
  ...reflectFunctions,
  ...regexFunctions,
  ...semverFunctions,
  ...stringFunctions,
  ...urlFunctions,
  ...fieldFunctions,
};
