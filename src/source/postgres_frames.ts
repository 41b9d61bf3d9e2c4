import { Buffer } from "node:buffer";

/** A byte that tells the kind, and four of the length, which counts itself. */
const HEADER = 5;
const LEAST_LENGTH = 4;

/** What a stream brought, cut between messages; undefined where no server of PostgreSQL sends such. */
export class PostgresFrames {
  #parts: Buffer[] = [];
  #length = 0;
  /** Bytes without which nothing more is known. */
  #needed = HEADER;

  /** Whole messages, as many as there are now: none of them sends the driver beyond its end. */
  take(chunk: Uint8Array): Uint8Array | undefined {
    this.#parts.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this.#length += chunk.length;
    if (this.#length < this.#needed) return new Uint8Array();
    const all = this.#parts.length === 1 ? this.#parts[0] ?? Buffer.alloc(0) : Buffer.concat(this.#parts);
    let end = 0;
    this.#needed = HEADER;
    while (end + HEADER <= all.length) {
      const length = all.readUInt32BE(end + 1);
      if (length < LEAST_LENGTH) return undefined;
      const next = end + 1 + length;
      this.#needed = length + 1;
      if (next > all.length) break;
      if (!isReadable(String.fromCharCode(all[end] ?? 0), all.subarray(end + HEADER, next))) return undefined;
      end = next;
      this.#needed = HEADER;
    }
    this.#parts = end === all.length ? [] : [all.subarray(end)];
    this.#length = all.length - end;
    return all.subarray(0, end);
  }
}

/** A list of mechanisms to log in by, as the code of an `R` message. */
const SASL = 10;

/** The driver looks for the end of a text without regard to that of its message, and for ever where there is none. */
function isReadable(kind: string, payload: Buffer): boolean {
  switch (kind) {
    case "E":
    case "N":
      return endsEmpty(payload);
    case "R":
      return payload.length >= 4 && (payload.readInt32BE() !== SASL || endsEmpty(payload));
    case "S":
      return texts(payload, 0) >= 2;
    case "A":
      return texts(payload, 4) >= 2;
    case "C":
      return texts(payload, 0) >= 1;
    case "T":
      return isRowDescription(payload);
    default:
      return true;
  }
}

/** A list of texts, and behind it an empty one. */
function endsEmpty(payload: Buffer): boolean {
  return payload.at(-1) === 0 && (payload.length === 1 || payload.at(-2) === 0);
}

/** Texts that end within the payload. */
function texts(payload: Buffer, from: number): number {
  let count = 0;
  for (let at = payload.indexOf(0, from); at !== -1; at = payload.indexOf(0, at + 1)) count++;
  return count;
}

/** Bytes of a column behind its name. */
const COLUMN = 18;

function isRowDescription(payload: Buffer): boolean {
  if (payload.length < 2) return false;
  let at = 2;
  for (let left = payload.readUInt16BE(); left > 0; left--) {
    const end = payload.indexOf(0, at);
    if (end === -1) return false;
    at = end + 1 + COLUMN;
  }
  return at <= payload.length;
}
