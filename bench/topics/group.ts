import { ristretto255, ristretto255_hasher, ristretto255_oprf } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
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

/** Rows of our batches, and of the rivals that take about a millisecond a row. */
const rows = 1024;
const fewRows = 32;
const tag = "veilshare/bench";

/** The part of libsodium (WebAssembly) that works on ristretto255. */
interface Sodium {
  readonly ready: Promise<void>;
  crypto_core_ristretto255_from_hash(hash: Uint8Array): Uint8Array;
  crypto_scalarmult_ristretto255_base(scalar: Uint8Array): Uint8Array;
  crypto_scalarmult_ristretto255(scalar: Uint8Array, element: Uint8Array): Uint8Array;
}

/** ristretto255 in batches, beside one call a row of others. */
export const groupTopic: Topic = {
  name: "group",
  title: "ristretto255",
  async run(context) {
    const { hash, reblind, others } = await multiplications(context);
    return compare(context, [hash, reblind, ...others, ...obliviousFunctions(context)]);
  },
};

/** What the protocols spend their time on, beside others' ways to do it. */
interface Multiplications {
  readonly hash: Comparison;
  /** Decode, multiply, encode. */
  readonly reblind: Comparison;
  readonly others: readonly Comparison[];
}

/** The comparisons of hashing to the group and of multiplying. */
export async function multiplications(context: BenchContext): Promise<Multiplications> {
  const sodium = await loadSodium(context);
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
  const sodiumHash = (message: Uint8Array): Uint8Array =>
    sodium.crypto_core_ristretto255_from_hash(sha512(message)); // a plain hash, not RFC 9380
  const sodiumMultiply = (element: Uint8Array): Uint8Array =>
    sodium.crypto_scalarmult_ristretto255(scalar, element);
  return {
    hash: {
      unit: "rows",
      ours: { name: "group.hashToGroup", items: rows, run: () => hashToGroup(batch, tag) },
      rivals: [
        { name: "@noble/curves hashToCurve", items: fewRows, run: () => few.map(nobleHash) },
        { name: "libsodium from_hash", items: rows, run: () => messages.map(sodiumHash) },
      ],
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
        { name: "node:crypto X25519 with key import", items: rows, run: x25519WithImport(rows) },
      ],
    },
    others: [
      {
        unit: "rows",
        ours: { name: "group.hashAndMultiply", items: rows, run: () => hashAndMultiply(batch, tag, scalar) },
        rivals: [
          {
            name: "libsodium from_hash and scalarmult",
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
