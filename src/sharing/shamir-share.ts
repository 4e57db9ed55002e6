/** One holder's share of a Shamir sharing. */

import { copyBytes, equalBytes } from "../bytes/encoding.js";
import { printAsRedacted } from "../bytes/redacted.js";
import { invalidArgument } from "../errors.js";
import { bytesFromInteger, ristretto255Scalars, type PrimeField } from "../field/prime-field.js";
import { maxShares, readShare, sharingIdBytes, writeHeader } from "./share-encoding.js";

/** What makes up a share. */
export interface ShamirShareParts {
  /** The 16 bytes that all shares of one split carry. */
  readonly id: Uint8Array;
  /** Where the polynomials were evaluated: 1 to 65,535 and below the field's order. */
  readonly index: number;
  /** How many shares it takes, at least 2. */
  readonly threshold: number;
  /** The polynomials' values, one for each element of the secret. */
  readonly values: readonly bigint[];
  /** Default: the scalar field of ristretto255. */
  readonly field?: PrimeField;
}

/** One holder's share of a list of field elements. Prints as redacted. */
export class ShamirShare {
  static {
    printAsRedacted(this);
  }

  readonly #id: Uint8Array;
  readonly #index: number;
  readonly #threshold: number;
  readonly #values: readonly bigint[];
  readonly #field: PrimeField;

  /**
   * @throws VeilshareError INVALID_ARGUMENT for an index of zero or out of range, a threshold below 2, or a value that
   * is no field element.
   */
  constructor(parts: ShamirShareParts) {
    const { id, index, threshold, values } = parts;
    const field = parts.field ?? ristretto255Scalars;
    if (id.length !== sharingIdBytes)
      throw invalidArgument("ShamirShare", "an id of 16 bytes", `${id.length}`);
    checkIndex(index, field);
    if (!Number.isInteger(threshold) || threshold < 2 || threshold > maxShares) {
      throw invalidArgument("ShamirShare", `a threshold from 2 to ${maxShares}`, String(threshold));
    }
    if (!values.every((value) => field.isElement(value))) {
      throw invalidArgument("ShamirShare", "values that are elements of the field", "another value");
    }
    this.#id = copyBytes(id);
    this.#index = index;
    this.#threshold = threshold;
    this.#values = [...values];
    this.#field = field;
  }

  get id(): Uint8Array {
    return this.#id.slice();
  }

  get index(): number {
    return this.#index;
  }

  get threshold(): number {
    return this.#threshold;
  }

  get field(): PrimeField {
    return this.#field;
  }

  /** How many field elements are shared. */
  get length(): number {
    return this.#values.length;
  }

  /** The secret part. */
  values(): bigint[] {
    return [...this.#values];
  }

  /** The canonical encoding; names the field by its order. */
  toBytes(): Uint8Array {
    const { order, byteLength } = this.#field;
    const writer = writeHeader("shamir", this.#id).u16(this.#index).u16(this.#threshold);
    writer.u16(byteLength).fixed(bytesFromInteger(order, byteLength)).u32(this.#values.length);
    for (const value of this.#values) writer.fixed(this.#field.encode(value));
    return writer.finish();
  }

  /**
   * The share of an encoding.
   *
   * @param field - The field it must be over.
   * @throws VeilshareError INVALID_ARGUMENT for anything that {@link toBytes} does not give, a share over another field
   * among it.
   */
  static fromBytes(bytes: Uint8Array, field: PrimeField = ristretto255Scalars): ShamirShare {
    return readShare("ShamirShare.fromBytes", bytes, ["shamir"], (reader, { id }) => {
      const index = reader.u16();
      const threshold = reader.u16();
      const order = reader.fixed(reader.u16());
      if (!equalBytes(order, bytesFromInteger(field.order, field.byteLength))) {
        throw invalidArgument("ShamirShare.fromBytes", "a share over the field", "one over another");
      }
      const count = reader.u32();
      if (reader.remaining !== count * field.byteLength) {
        const expected = `${count} values of ${field.byteLength} bytes`;
        throw invalidArgument("ShamirShare.fromBytes", expected, `${reader.remaining} bytes`);
      }
      const values = Array.from({ length: count }, () => field.decode(reader.fixed(field.byteLength)));
      return new ShamirShare({ id, index, threshold, values, field });
    });
  }
}

function checkIndex(index: number, field: PrimeField): void {
  const inRange = Number.isInteger(index) && index >= 1 && index <= maxShares;
  if (!inRange || BigInt(index) >= field.order) {
    throw invalidArgument(
      "ShamirShare",
      `an index from 1 to ${maxShares}, below the field's order`,
      String(index),
    );
  }
}
