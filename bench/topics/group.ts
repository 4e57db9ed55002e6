import { ristretto255, ristretto255_hasher, ristretto255_oprf } from "@noble/curves/ed25519.js";
import { createPrivateKey, createPublicKey, diffieHellman, generateKeyPairSync } from "node:crypto";
import {
  createGroup,
  hashAndMultiply,
  hashToGroup,
  linearCombinationVartime,
  multiply,
  multiplyBase,
  multiplyEach,
  oprf,
  randomScalar,
  randomScalars,
  voprf,
} from "veilshare/group";
import type { BenchContext } from "../context.js";
import { compare, type Comparison } from "../micro.js";
import type { Topic } from "../measurement.js";
import { loadOpenmined } from "../psi/openmined.js";

/** Rows of our batches, and of the rivals that take about a millisecond a row. */
const rows = 1024;
const fewRows = 32;
const openminedRows = 128;
const tag = "veilshare/bench";

/** The part of libsodium (WebAssembly) that works on ristretto255. */
interface Sodium {
  readonly ready: Promise<void>;
  crypto_hash_sha512(message: Uint8Array): Uint8Array;
  crypto_core_ristretto255_from_hash(hash: Uint8Array): Uint8Array;
  crypto_scalarmult_ristretto255_base(scalar: Uint8Array): Uint8Array;
  crypto_scalarmult_ristretto255(scalar: Uint8Array, element: Uint8Array): Uint8Array;
}

/** ristretto255 in batches, beside one call a row of others. */
export const groupTopic: Topic = {
  name: "group",
  title: "ristretto255",
  async run(context) {
    const { hash, map, reblind, others } = await multiplications(context);
    return compare(context, [hash, map, reblind, ...others, ...obliviousFunctions(context)]);
  },
};

/** What the protocols spend their time on, beside others' ways to do it. */
interface Multiplications {
  /** Messages to elements (RFC 9380); the last rival only maps, for who wonders what the hashing costs. */
  readonly hash: Comparison;
  /** 64 uniform bytes to elements (RFC 9496), without any hashing on either side. */
  readonly map: Comparison;
  /** Decode, multiply, encode. */
  readonly reblind: Comparison;
  readonly others: readonly Comparison[];
}

/** The comparisons of hashing to the group and of multiplying. */
export async function multiplications(context: BenchContext): Promise<Multiplications> {
  const sodium = await loadSodium(context);
  const openmined = await loadOpenmined(context);
  const input = context.input("group");
  const messages = Array.from({ length: rows }, () => input.bytes(16));
  const batch = batchOf(messages);
  const scalar = randomScalar();
  const scalarValue = ristretto255.Point.Fn.fromBytes(scalar);
  const elements = hashToGroup(batch, tag);
  const single = Array.from({ length: rows }, (_, i) => elements.slice(32 * i, 32 * i + 32));
  const scalars = randomScalars(rows);
  const few = messages.slice(0, fewRows);
  const fewScalars = scalars.subarray(0, 32 * fewRows);
  const eachScalar = Array.from({ length: rows }, (_, i) => scalars.slice(32 * i, 32 * i + 32));
  const reference = createGroup({ backend: "reference" });
  const sodiumBase = (own: Uint8Array): Uint8Array => sodium.crypto_scalarmult_ristretto255_base(own);
  const nobleHash = (message: Uint8Array): Uint8Array =>
    ristretto255_hasher.hashToCurve(message, { DST: tag }).toBytes();
  const nobleMultiply = (element: Uint8Array): Uint8Array =>
    ristretto255.Point.fromBytes(element).multiply(scalarValue).toBytes();
  const expand = sodiumExpand(sodium, messages[0]?.length ?? 0);
  const sodiumHash = (message: Uint8Array): Uint8Array =>
    sodium.crypto_core_ristretto255_from_hash(expand(message));
  const sodiumMap = (uniform: Uint8Array): Uint8Array => sodium.crypto_core_ristretto255_from_hash(uniform);
  if (Buffer.compare(concat(messages.map(sodiumHash)), elements) !== 0) {
    throw new Error("bench: libsodium and the kernel hash to different elements");
  }
  const uniformRows = messages.map((message) => expand(message).slice());
  const sodiumMultiply = (element: Uint8Array): Uint8Array =>
    sodium.crypto_scalarmult_ristretto255(scalar, element);
  return {
    hash: {
      unit: "rows",
      ours: { name: "group.hashToGroup", items: rows, run: () => hashToGroup(batch, tag) },
      rivals: [
        { name: "@noble/curves hashToCurve", items: fewRows, run: () => few.map(nobleHash) },
        {
          name: "libsodium expand_message_xmd and from_hash",
          items: rows,
          run: () => messages.map(sodiumHash),
        },
        { name: "libsodium from_hash alone", items: rows, run: () => uniformRows.map(sodiumMap) },
      ],
    },
    map: {
      unit: "rows",
      ours: { name: "kernel.mapUniform", items: rows, run: await kernelMap(concat(uniformRows)) },
      rivals: [{ name: "libsodium from_hash", items: rows, run: () => uniformRows.map(sodiumMap) }],
    },
    reblind: {
      unit: "rows",
      ours: { name: "group.multiply", items: rows, run: () => multiply(elements, scalar) },
      rivals: [
        {
          name: "@noble/curves multiply",
          items: fewRows,
          run: () => single.slice(0, fewRows).map(nobleMultiply),
        },
        { name: "libsodium scalarmult", items: rows, run: () => single.map(sodiumMultiply) },
        {
          name: "@openmined/psi.js processRequest",
          items: openminedRows,
          run: openmined.reblind(
            messages.slice(0, openminedRows).map((bytes) => Buffer.from(bytes).toString("hex")),
          ),
        },
        { name: "node:crypto X25519 with key import", items: rows, run: x25519WithImport(rows) },
      ],
    },
    others: [
      {
        unit: "rows",
        ours: { name: "group.hashAndMultiply", items: rows, run: () => hashAndMultiply(batch, tag, scalar) },
        rivals: [
          {
            name: "libsodium expand_message_xmd, from_hash and scalarmult",
            items: rows,
            run: () => messages.map((message) => sodiumMultiply(sodiumHash(message))),
          },
        ],
      },
      {
        unit: "rows",
        ours: { name: "group.multiplyEach", items: rows, run: () => multiplyEach(elements, scalars) },
      },
      {
        unit: "rows",
        ours: { name: "group.multiplyBase", items: rows, run: () => multiplyBase(scalars) },
        rivals: [
          {
            name: "@noble/curves BASE.multiply",
            items: fewRows,
            run: () => reference.multiplyBase(fewScalars),
          },
          { name: "libsodium scalarmult_base", items: rows, run: () => eachScalar.map(sodiumBase) },
        ],
      },
      {
        unit: "rows",
        ours: {
          name: "group.linearCombinationVartime",
          items: rows,
          run: () => linearCombinationVartime(scalars, elements),
        },
        rivals: [
          {
            name: "@noble/curves mulAddUnsafe",
            items: fewRows,
            run: () => reference.linearCombinationVartime(fewScalars, elements.subarray(0, 32 * fewRows)),
          },
        ],
      },
    ],
  };
}

function obliviousFunctions(context: BenchContext): Comparison[] {
  const input = context.input("oprf");
  const messages = Array.from({ length: fewRows }, () => input.bytes(16));
  const batch = batchOf(messages);
  const key = voprf.generateKey();
  const secret = key.secretBytes();
  const { publicKey } = key;
  const request = voprf.blind(batch);
  const answer = voprf.evaluate(key, request.blinded);
  const theirs = messages.map((message) => ({ input: message, ...ristretto255_oprf.voprf.blind(message) }));
  const blinded = theirs.map((row) => row.blinded);
  const theirAnswer = ristretto255_oprf.voprf.blindEvaluateBatch(secret, publicKey, blinded);
  const finished = theirs.map((row, i) => ({
    ...row,
    evaluated: theirAnswer.evaluated[i] ?? new Uint8Array(),
  }));
  return [
    {
      unit: "rows",
      ours: { name: "oprf.blind", items: fewRows, run: () => oprf.blind(batch) },
      rivals: [
        {
          name: "@noble/curves oprf.blind",
          items: fewRows,
          run: () => messages.map((message) => ristretto255_oprf.oprf.blind(message)),
        },
      ],
    },
    {
      unit: "rows",
      ours: { name: "voprf.evaluate", items: fewRows, run: () => voprf.evaluate(key, request.blinded) },
      rivals: [
        {
          name: "@noble/curves voprf.blindEvaluateBatch",
          items: fewRows,
          run: () => ristretto255_oprf.voprf.blindEvaluateBatch(secret, publicKey, blinded),
        },
      ],
    },
    {
      unit: "rows",
      ours: { name: "voprf finalize", items: fewRows, run: () => request.finalize({ publicKey, ...answer }) },
      rivals: [
        {
          name: "@noble/curves voprf.finalizeBatch",
          items: fewRows,
          run: () => ristretto255_oprf.voprf.finalizeBatch(finished, publicKey, theirAnswer.proof),
        },
      ],
    },
  ];
}

async function loadSodium(context: BenchContext): Promise<Sodium> {
  const loaded = (await context.rival("libsodium-wrappers-sumo")) as { readonly default: Sodium };
  await loaded.default.ready;
  return loaded.default;
}

/**
 * expand_message_xmd of RFC 9380, section 5.3.1, for 64 bytes, on libsodium's SHA-512. The buffers are prepared for
 * messages of one length, so that the rival copies as little as it can.
 */
function sodiumExpand(sodium: Sodium, messageBytes: number): (message: Uint8Array) => Uint8Array {
  const text = new TextEncoder().encode(tag);
  const tagWithLength = Uint8Array.of(...text, text.length);
  const first = concat([new Uint8Array(128 + messageBytes), Uint8Array.of(0, 64, 0), tagWithLength]);
  const second = concat([new Uint8Array(64), Uint8Array.of(1), tagWithLength]);
  return (message) => {
    first.set(message, 128);
    second.set(sodium.crypto_hash_sha512(first));
    return sodium.crypto_hash_sha512(second);
  };
}

/** The part of the compiled kernel that the package uses inside its hash, and offers to nobody alone. */
interface MapKernel {
  readonly rowCapacity: number;
  readonly uniform: Uint8Array;
  readonly output: Uint8Array;
  mapUniform(rows: number): void;
}

/** Maps rows of 64 uniform bytes as the package does: in the kernel's pieces, results copied out. */
async function kernelMap(uniform: Uint8Array): Promise<() => Uint8Array> {
  const built = new URL("../../../dist/kernels/ristretto255/kernel.js", import.meta.url); // from build/bench/topics/
  const { instantiateRistretto255 } = (await import(built.href)) as {
    readonly instantiateRistretto255: () => MapKernel | undefined;
  };
  const kernel = instantiateRistretto255();
  if (kernel === undefined) throw new Error("bench: this platform cannot run the kernel");
  return () => {
    const elements = new Uint8Array(uniform.length / 2);
    for (let at = 0; at < uniform.length; at += 64 * kernel.rowCapacity) {
      const part = uniform.subarray(at, at + 64 * kernel.rowCapacity);
      kernel.uniform.set(part);
      kernel.mapUniform(part.length / 64);
      elements.set(kernel.output.subarray(0, part.length / 2), at / 2);
    }
    return elements;
  };
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function batchOf(messages: readonly Uint8Array[]): { bytes: Uint8Array; offsets: Uint32Array } {
  const offsets = Uint32Array.from({ length: messages.length + 1 }, (_, i) => 16 * i);
  const bytes = new Uint8Array(16 * messages.length);
  for (const [i, message] of messages.entries()) bytes.set(message, 16 * i);
  return { bytes, offsets };
}

/** One Diffie-Hellman a row with a public key that arrives as bytes, as OpenSSL offers it to Node. */
function x25519WithImport(count: number): () => Buffer[] {
  const own = generateKeyPairSync("x25519").privateKey.export({ format: "der", type: "pkcs8" });
  const privateKey = createPrivateKey({ key: own, format: "der", type: "pkcs8" });
  const encoded = Array.from({ length: count }, () =>
    generateKeyPairSync("x25519").publicKey.export({ format: "der", type: "spki" }),
  );
  return () =>
    encoded.map((key) =>
      diffieHellman({ privateKey, publicKey: createPublicKey({ key, format: "der", type: "spki" }) }),
    );
}
