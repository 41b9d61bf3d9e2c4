import { CallError, define, type FunctionTable } from "./function.ts";
import { decodeJson, encodeJson } from "./json.ts";
import { types } from "./value.ts";

/** toJson and toPrettyJson give an empty text for what JSON can't say; the must variants fail. */
function toJson(options: { escapeHtml: boolean; indent?: string; fails: boolean }) {
  const { fails, ...format } = options;
  return define({
    params: [types.any],
    call: ([value], { budget }) => {
      try {
        return encodeJson(value, { ...format, budget });
      } catch (error) {
        if (fails || !(error instanceof CallError)) throw error;
        return "";
      }
    },
  });
}

export const jsonFunctions: FunctionTable = {
  toJson: toJson({ escapeHtml: true, fails: false }),
  mustToJson: toJson({ escapeHtml: true, fails: true }),
  toPrettyJson: toJson({ escapeHtml: true, indent: "  ", fails: false }),
  mustToPrettyJson: toJson({ escapeHtml: true, indent: "  ", fails: true }),
  toRawJson: toJson({ escapeHtml: false, fails: true }),
  mustToRawJson: toJson({ escapeHtml: false, fails: true }),
  mustFromJson: define({ params: [types.string], call: ([text]) => decodeJson(text) }),
};
