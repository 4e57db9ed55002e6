/**
 * A party's part of a model in a sealed file: what it holds are shares and statistics of the own columns, which nobody else
 * should read, and both parts together are the weights.
 *
 *   magic "veilshare/risk-part", version u8, nonce 24 bytes, XChaCha20-Poly1305 of the text of `saveModelPart`
 */

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { concatBytes, utf8ToBytes } from "../bytes/encoding.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { randomBytes } from "../random/csprng.js";
import { loadModelPart, saveModelPart, type RiskModelPart } from "./model.js";

const head = concatBytes(utf8ToBytes("veilshare/risk-part"), Uint8Array.of(1));
const nonceBytes = 24;
const keyBytes = 32;

/**
 * Seals a part.
 *
 * @param key - 32 secret bytes of the part's owner.
 * @throws VeilshareError INVALID_ARGUMENT for a key of another length.
 */
export function sealModelPart(part: RiskModelPart, key: Uint8Array): Uint8Array {
  checkKey("sealModelPart", key);
  const text = utf8ToBytes(saveModelPart(part));
  const nonce = randomBytes(nonceBytes);
  const sealed = xchacha20poly1305(key, nonce, head).encrypt(text);
  text.fill(0);
  return concatBytes(head, nonce, sealed);
}

/**
 * Opens what {@link sealModelPart} gave.
 *
 * @throws VeilshareError INVALID_ARGUMENT for a key of another length; INVALID_DATA for a file that is another, changed, or sealed
 *   with another key, and as {@link loadModelPart}.
 */
export function openModelPart(file: Uint8Array, key: Uint8Array): RiskModelPart {
  checkKey("openModelPart", key);
  if (!(file instanceof Uint8Array) || !head.every((byte, i) => file[i] === byte))
    throw fault("a file of a sealed part");
  const start = head.length + nonceBytes;
  let text: Uint8Array;
  try {
    const nonce = file.subarray(head.length, start);
    text = xchacha20poly1305(key, nonce, head).decrypt(file.subarray(start));
  } catch (cause) {
    throw fault("a file that was sealed with this key and not changed", cause);
  }
  try {
    return loadModelPart(new TextDecoder().decode(text));
  } finally {
    text.fill(0);
  }
}

function checkKey(caller: string, key: Uint8Array): void {
  const isBytes: boolean = key instanceof Uint8Array;
  if (!isBytes || key.length !== keyBytes)
    throw invalidArgument(caller, `a key of ${keyBytes} bytes`, "another");
}

function fault(expected: string, cause?: unknown): VeilshareError {
  const details = { field: "file", expected, ...(cause === undefined ? {} : { cause }) };
  return new VeilshareError("INVALID_DATA", `openModelPart: expected ${expected}, got another`, details);
}
