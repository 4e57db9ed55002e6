/**
 * The prime-order group ristretto255 in batches. Elements are 32-byte encodings in one flat array, so that a million of
 * them are one allocation; scalars are 32 bytes, little-endian, canonical.
 *
 * Errors are INVALID_ARGUMENT with `field` = `elements[i]` where element i is refused; `invalidElementRow` reads it, and
 * a protocol that got the elements from a party blames that party.
 */

import { checkByteRows, type ByteRows } from "../bytes/byte-rows.js";
import { utf8ToBytes } from "../bytes/encoding.js";
import { checkOptions, type RulesOf } from "../checks/options.js";
import { oneOf, optional } from "../checks/rules.js";
import { invalidArgument, VeilshareError } from "../errors.js";
import { elementBytes, invalidElement, type GroupBackend, type IdentityRule } from "./backend.js";
import { createKernelBackend } from "./kernel-backend.js";
import { referenceBackend } from "./reference-backend.js";
import { reduceToScalars, scalarBytes } from "./scalars.js";

/** An implementation of the arithmetic: the compiled SIMD kernel, or @noble/curves. */
export type GroupBackendName = "kernel" | "reference";

/** Settings of {@link createGroup}. */
export interface GroupOptions {
  /** Default `auto`: the kernel where the platform can run it, else the reference. */
  readonly backend?: "auto" | GroupBackendName;
}

/** How a decoder treats the identity element. */
export interface DecodeOptions {
  /** Default: refuse. A product with the identity tells nothing, which is how a cheat learns what it should not. */
  readonly identity?: IdentityRule;
}

const groupRules: RulesOf<GroupOptions> = { backend: optional(oneOf("auto", "kernel", "reference")) };

const decodeRules: RulesOf<DecodeOptions> = { identity: optional(oneOf("refuse", "allow")) };

/**
 * Batched arithmetic of ristretto255; all implementations give the same bytes and the same errors.
 *
 * **Security.** On the kernel, no branch and no address depends on a scalar, an element or a message, but for the
 * verdict that one is refused, and its memory is overwritten after each batch. The reference computes with BigInt,
 * whose time depends on its operands. Neither JavaScript nor WebAssembly promises constant time: take a fresh secret
 * scalar a session.
 */
export interface Group {
  /** What the arithmetic runs on. */
  readonly backend: GroupBackendName;

  /**
   * Hashes each row to an element: hash_to_ristretto255 with expand_message_xmd and SHA-512.
   *
   * **Source.** RFC 9380, appendix B and section 5.3.1; RFC 9496, section 4.3.4.
   *
   * @param dst - Domain separation tag, UTF-8: 1 byte or more; above 255 bytes it is hashed as RFC 9380, section 5.3.3
   * says. Each protocol and version has its own.
   * @returns n x 32 bytes.
   * @throws VeilshareError INVALID_ARGUMENT for an empty tag.
   */
  hashToGroup(rows: ByteRows, dst: string): Uint8Array;

  /**
   * Hashes each row to a scalar: 64 bytes of expand_message_xmd with SHA-512, little-endian, modulo the group order.
   *
   * **Security.** The reduction is on BigInt, in time that depends on the hash.
   * **Source.** RFC 9497, section 4.1 (HashToScalar).
   *
   * @param dst - As for {@link Group.hashToGroup}.
   * @returns n x 32 bytes; a scalar can be zero, with probability 2^-252.
   * @throws VeilshareError INVALID_ARGUMENT for an empty tag.
   */
  hashToScalars(rows: ByteRows, dst: string): Uint8Array;

  /**
   * Hashes each row to an element and multiplies all by one scalar.
   *
   * **Cost.** Saves one encoding and one decoding a row over {@link Group.hashToGroup} and {@link Group.multiply}.
   *
   * @returns n x 32 bytes.
   * @throws VeilshareError INVALID_ARGUMENT for an empty tag or a scalar that is zero or not canonical.
   */
  hashAndMultiply(rows: ByteRows, dst: string, scalar: Uint8Array): Uint8Array;

  /**
   * Multiplies every element by one scalar: decode, multiply, encode.
   *
   * @param elements - n x 32 bytes.
   * @returns n x 32 bytes.
   * @throws VeilshareError INVALID_ARGUMENT with field `elements[i]` for the first element that is no canonical encoding,
   * or the identity unless it is allowed; with field `scalar` for a scalar that is zero or not canonical.
   */
  multiply(elements: Uint8Array, scalar: Uint8Array, options?: DecodeOptions): Uint8Array;

  /**
   * Multiplies element i by scalar i.
   *
   * @param elements - n x 32 bytes.
   * @param scalars - n x 32 bytes.
   * @throws VeilshareError INVALID_ARGUMENT as {@link Group.multiply}, and where the counts differ.
   */
  multiplyEach(elements: Uint8Array, scalars: Uint8Array, options?: DecodeOptions): Uint8Array;

  /**
   * Multiplies the generator by each scalar; zero gives the identity.
   *
   * **Cost.** On the kernel about a fifth of a multiplication of any other element.
   *
   * @param scalars - n x 32 bytes.
   * @returns n x 32 bytes.
   * @throws VeilshareError INVALID_ARGUMENT for a scalar that is not canonical.
   */
  multiplyBase(scalars: Uint8Array): Uint8Array;

  /**
   * Element i plus other i; the identity is allowed.
   *
   * @param elements - n x 32 bytes.
   * @param others - n x 32 bytes.
   * @returns n x 32 bytes.
   * @throws VeilshareError INVALID_ARGUMENT with field `elements[i]` for the first row i one of whose elements is no
   * canonical encoding, and where the counts differ.
   */
  addEach(elements: Uint8Array, others: Uint8Array): Uint8Array;

  /** Element i minus other i; as {@link Group.addEach}. */
  subtractEach(elements: Uint8Array, others: Uint8Array): Uint8Array;

  /**
   * The sum of scalar i times element i; zero scalars and the identity are allowed, and no rows give the identity.
   *
   * **Security.** The time may depend on scalars and elements: for public values only.
   * **Cost.** On the kernel about a third of a multiplication a row, for tens of rows and more.
   *
   * @throws VeilshareError INVALID_ARGUMENT as {@link Group.multiplyEach}.
   */
  linearCombinationVartime(scalars: Uint8Array, elements: Uint8Array): Uint8Array;

  /** The row of the first element that is no canonical encoding, or the identity unless allowed; -1 if all are good. */
  firstInvalidElement(elements: Uint8Array, options?: DecodeOptions): number;

  /**
   * Refuses a batch with an element that is no canonical encoding, or the identity unless allowed.
   *
   * @throws VeilshareError INVALID_ARGUMENT with field `elements[i]` for the first such element.
   */
  decodeCheck(elements: Uint8Array, options?: DecodeOptions): void;
}

/**
 * The group on an implementation of the caller's choice. A kernel of its own takes about 1 MiB of memory; the functions
 * of this module share one `auto` group a thread.
 *
 * @throws VeilshareError UNSUPPORTED where the kernel is asked for and the platform has no WebAssembly with SIMD, or a
 * content security policy forbids it; INVALID_ARGUMENT for another name.
 */
export function createGroup(options: GroupOptions = {}): Group {
  checkOptions("createGroup", options, groupRules);
  const { backend = "auto" } = options;
  switch (backend) {
    case "reference":
      return groupOn("reference", referenceBackend);
    case "auto":
    case "kernel": {
      const kernel = createKernelBackend();
      if (kernel !== undefined) return groupOn("kernel", kernel);
      if (backend === "auto") return groupOn("reference", referenceBackend);
      throw new VeilshareError(
        "UNSUPPORTED",
        "createGroup: the kernel needs WebAssembly with SIMD, and a content security policy that allows wasm-unsafe-eval",
      );
    }
    default:
      throw invalidArgument("createGroup", "a backend: auto, kernel or reference", "another name");
  }
}

/** Checks lengths and tags, then leaves the arithmetic to an implementation. */
function groupOn(name: GroupBackendName, arithmetic: GroupBackend): Group {
  const group: Group = {
    backend: name,

    hashToGroup: (rows, dst) => {
      checkByteRows("hashToGroup", rows);
      return arithmetic.hashToGroup(rows, tagBytes("hashToGroup", dst));
    },

    hashToScalars: (rows, dst) => {
      checkByteRows("hashToScalars", rows);
      return reduceToScalars(arithmetic.expandMessages(rows, tagBytes("hashToScalars", dst)));
    },

    hashAndMultiply: (rows, dst, scalar) => {
      checkByteRows("hashAndMultiply", rows);
      return arithmetic.hashAndMultiply(rows, tagBytes("hashAndMultiply", dst), scalar);
    },

    multiply: (elements, scalar, options = {}) => {
      checkOptions("multiply", options, decodeRules);
      checkElementLength("multiply", elements);
      if (scalar.length !== scalarBytes)
        throw invalidArgument("multiply", "one scalar", `${scalar.length} bytes`);
      return arithmetic.multiply(elements, scalar, options.identity ?? "refuse");
    },

    multiplyEach: (elements, scalars, options = {}) => {
      checkOptions("multiplyEach", options, decodeRules);
      checkElementLength("multiplyEach", elements);
      checkCounts("multiplyEach", elements, scalars);
      return arithmetic.multiply(elements, scalars, options.identity ?? "refuse");
    },

    multiplyBase: (scalars) => {
      if (scalars.length % scalarBytes !== 0) {
        throw invalidArgument("multiplyBase", "a multiple of 32 bytes", `${scalars.length} bytes`);
      }
      return arithmetic.multiplyBase(scalars);
    },

    addEach: (elements, others) => {
      checkPairs("addEach", elements, others);
      return arithmetic.addEach(elements, others, false);
    },

    subtractEach: (elements, others) => {
      checkPairs("subtractEach", elements, others);
      return arithmetic.addEach(elements, others, true);
    },

    linearCombinationVartime: (scalars, elements) => {
      checkElementLength("linearCombinationVartime", elements);
      checkCounts("linearCombinationVartime", elements, scalars);
      return arithmetic.linearCombinationVartime(scalars, elements);
    },

    firstInvalidElement: (elements, options = {}) => {
      checkOptions("firstInvalidElement", options, decodeRules);
      checkElementLength("firstInvalidElement", elements);
      return arithmetic.firstInvalidElement(elements, options.identity ?? "refuse");
    },

    decodeCheck: (elements, options = {}) => {
      checkOptions("decodeCheck", options, decodeRules);
      const row = group.firstInvalidElement(elements, options);
      if (row >= 0) throw invalidElement("decodeCheck", row, options.identity ?? "refuse");
    },
  };
  return group;
}

function tagBytes(caller: string, dst: string): Uint8Array {
  const bytes = utf8ToBytes(dst);
  if (bytes.length === 0) throw invalidArgument(caller, "a domain separation tag", "an empty one");
  return bytes;
}

function checkElementLength(caller: string, elements: Uint8Array): void {
  if (elements.length % elementBytes !== 0) {
    throw invalidArgument(caller, "a multiple of 32 bytes", `${elements.length} bytes`);
  }
}

function checkPairs(caller: string, elements: Uint8Array, others: Uint8Array): void {
  checkElementLength(caller, elements);
  if (others.length === elements.length) return;
  throw invalidArgument(caller, `${elements.length} bytes of other elements`, `${others.length} bytes`);
}

function checkCounts(caller: string, elements: Uint8Array, scalars: Uint8Array): void {
  if (scalars.length !== elements.length) {
    const got = `${scalars.length} bytes of scalars for ${elements.length / elementBytes} elements`;
    throw invalidArgument(caller, "one scalar of 32 bytes an element", got);
  }
}
