/**
 * What the modes of the ciphersuite ristretto255-SHA512 of RFC 9497 share: context strings, transcripts, hashing to
 * scalars, keys and the final hash.
 *
 * **Source.** RFC 9497, sections 3.1, 3.2 and 4.1.
 */

import { sha512 } from "@noble/hashes/sha2.js";
import { byteRowsFromArrays, rowCount, rowView, type ByteRows } from "../bytes/byte-rows.js";
import { concatBytes, copyBytes, utf8ToBytes } from "../bytes/encoding.js";
import { printAsRedacted } from "../bytes/redacted.js";
import { wipe } from "../bytes/wipe.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { randomBytes, type RandomSource } from "../random/csprng.js";
import { elementBytes } from "./backend.js";
import { hashAndMultiply, hashToGroup, hashToScalars, multiplyBase, multiplyEach } from "./ristretto255.js";
import { checkScalar, invertScalars, randomScalar, randomScalars } from "./scalars.js";

/** Bytes of one output: a SHA-512 hash. */
export const oprfOutputBytes = 64;

/** Inputs and key infos are length-prefixed with two bytes. */
const maxInputBytes = 65_535;

/** Plain OPRF, or the one whose server proves that it used its key. */
export type OprfMode = "oprf" | "voprf";

const modeByte: Readonly<Record<OprfMode, string>> = { oprf: "\x00", voprf: "\x01" };

/** contextString = "OPRFV1-" || I2OSP(mode, 1) || "-" || identifier. */
export function contextString(mode: OprfMode): string {
  return `OPRFV1-${modeByte[mode]}-ristretto255-SHA512`;
}

/** I2OSP(value, 2). */
export function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value & 0xff);
}

/** Each part behind its length in two bytes; a label at the end stands as it is. */
export function transcript(parts: readonly Uint8Array[], label = ""): Uint8Array {
  return concatBytes(...parts.flatMap((part) => [uint16(part.length), part]), utf8ToBytes(label));
}

/** A server's key: prints as redacted; `publicKey` is the part to hand out. */
export class OprfKey {
  static {
    printAsRedacted(this);
  }

  readonly #secret: Uint8Array;
  readonly #publicKey: Uint8Array;

  /**
   * @param secret - A canonical scalar of 32 bytes, not zero; copied.
   * @throws VeilshareError INVALID_ARGUMENT for any other.
   */
  constructor(secret: Uint8Array) {
    checkScalar("OprfKey", secret, "refuse");
    this.#secret = copyBytes(secret);
    this.#publicKey = multiplyBase(secret);
  }

  /** 32 bytes. */
  get publicKey(): Uint8Array {
    return this.#publicKey.slice();
  }

  /** The secret scalar, for a key file. */
  secretBytes(): Uint8Array {
    return this.#secret.slice();
  }
}

/** A fresh key. */
export function generateKey(random: RandomSource = randomBytes): OprfKey {
  const secret = randomScalar(random);
  const key = new OprfKey(secret);
  wipe(secret);
  return key;
}

/**
 * DeriveKeyPair: the key of a seed and a public info.
 *
 * **Source.** RFC 9497, section 3.2.1.
 *
 * @param seed - 32 uniform secret bytes.
 * @param info - At most 65,535 bytes.
 */
export function deriveKeyOf(mode: OprfMode, seed: Uint8Array, info: Uint8Array): OprfKey {
  if (seed.length !== 32) throw invalidArgument("deriveKey", "a seed of 32 bytes", `${seed.length} bytes`);
  if (info.length > maxInputBytes) {
    throw invalidArgument("deriveKey", `an info of at most ${maxInputBytes} bytes`, `${info.length} bytes`);
  }
  const derived = concatBytes(seed, transcript([info]));
  for (let counter = 0; counter < 256; counter++) {
    const message = concatBytes(derived, Uint8Array.of(counter));
    const secret = hashToScalars(byteRowsFromArrays([message]), `DeriveKeyPair${contextString(mode)}`);
    wipe(message);
    if (secret.every((byte) => byte === 0)) continue;
    const key = new OprfKey(secret);
    wipe(secret, derived);
    return key;
  }
  throw new VeilshareError("INTERNAL", "deriveKey: 256 hashes gave zero"); // DeriveKeyPairError
}

/** Inputs hashed to the group. */
export function hashInputs(mode: OprfMode, inputs: ByteRows): Uint8Array {
  checkInputs(inputs);
  return hashToGroup(inputs, hashToGroupDst(mode));
}

/** Inputs hashed to the group and multiplied by the server's own secret, in one step of the kernel. */
export function hashAndEvaluate(mode: OprfMode, inputs: ByteRows, secret: Uint8Array): Uint8Array {
  checkInputs(inputs);
  return hashAndMultiply(inputs, hashToGroupDst(mode), secret);
}

function hashToGroupDst(mode: OprfMode): string {
  return `HashToGroup-${contextString(mode)}`;
}

function checkInputs(inputs: ByteRows): void {
  for (let i = 0; i < rowCount(inputs); i++) {
    const { length } = rowView(inputs, i);
    if (length > maxInputBytes) {
      throw new VeilshareError(
        "INVALID_ARGUMENT",
        `blind: expected inputs of at most ${maxInputBytes} bytes, got ${length} bytes in row ${i}`,
        { field: String(i) },
      );
    }
  }
}

/** Inputs hashed to the group and blinded, each with a scalar of its own. */
export function blindInputs(
  mode: OprfMode,
  inputs: ByteRows,
  random: RandomSource,
): { blinds: Uint8Array; blinded: Uint8Array } {
  const elements = hashInputs(mode, inputs);
  const blinds = randomScalars(rowCount(inputs), random);
  return { blinds, blinded: multiplyEach(elements, blinds) }; // refuses the identity: InvalidInputError
}

/** Takes the blinds off. The evaluated elements are checked by the multiplication. */
export function unblind(evaluated: Uint8Array, blinds: Uint8Array): Uint8Array {
  const inverses = invertScalars(blinds);
  const unblinded = multiplyEach(evaluated, inverses);
  wipe(inverses);
  return unblinded;
}

/** The outputs: SHA-512 over input and unblinded element, 64 bytes a row. */
export function hashOutputs(inputs: ByteRows, unblinded: Uint8Array): Uint8Array {
  const count = rowCount(inputs);
  const outputs = new Uint8Array(oprfOutputBytes * count);
  for (let i = 0; i < count; i++) {
    const element = unblinded.subarray(i * elementBytes, (i + 1) * elementBytes);
    outputs.set(sha512(transcript([rowView(inputs, i), element], "Finalize")), i * oprfOutputBytes);
  }
  return outputs;
}
