/** Credentials that can't be used: where the flaw is and what to do. Never holds a value of the file. */
export class CredentialsError extends Error {
  override readonly name = "CredentialsError";
  /** The file, or the name of the environment variable or flag. */
  readonly path: string;
  /** The field below it: "users[ada].user.exec"; "" for the file itself. */
  readonly field: string;
  readonly remedy: string;

  constructor(problem: string, at: { path: string; field?: string; remedy: string; cause?: unknown }) {
    const field = at.field ?? "";
    super(`${at.path}${field === "" ? "" : `: ${field}`}: ${problem}; ${at.remedy}`, { cause: at.cause });
    this.path = at.path;
    this.field = field;
    this.remedy = at.remedy;
  }
}
