import { CredentialsError } from "./credentials_error.ts";

/** Reads a file that credentials name. */
export async function readCredentialFile(path: string, field: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound;
    const problem = missing ? "there is no such file" : "the file can't be read";
    const remedy = missing ? `correct ${field}` : "let this process read it";
    throw new CredentialsError(problem, { path, field, remedy, cause: error });
  }
}

/** How long a token that was read from a file is used before the file is read again. */
const TOKEN_MS = 60_000;

/** A token file, read again every minute and after `forget`, since the kubelet rotates it. */
export class TokenFile {
  readonly #path: string;
  readonly #field: string;
  readonly #now: () => number;
  #read: { token: string; at: number } | undefined;

  constructor(path: string, field: string, now: () => number = () => performance.now()) {
    this.#path = path;
    this.#field = field;
    this.#now = now;
  }

  /** The token; where the file can't be read any more, the one read before. */
  async token(): Promise<string> {
    const known = this.#read;
    if (known !== undefined && this.#now() - known.at < TOKEN_MS) return known.token;
    try {
      const token = (await readCredentialFile(this.#path, this.#field)).trim();
      if (token === "") {
        throw new CredentialsError("the token file is empty", {
          path: this.#path,
          field: this.#field,
          remedy: "write a token into it",
        });
      }
      this.#read = { token, at: this.#now() };
      return token;
    } catch (error) {
      if (known === undefined) throw error;
      return known.token;
    }
  }

  /** The next `token` reads the file. */
  forget(): void {
    if (this.#read !== undefined) this.#read = { ...this.#read, at: -Infinity };
  }
}
