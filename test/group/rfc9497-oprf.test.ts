import { ristretto255_oprf } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byteRowsFromArrays, byteRowsFromTexts } from "../../dist/bytes/byte-rows.js";
import { bytesFromHex, bytesToHex, concatBytes } from "../../dist/bytes/encoding.js";
import { proveDleqWithNonce } from "../../dist/group/dleq.js";
import { invalidElementRow, multiply, oprf, randomScalar, voprf } from "../../dist/group/index.js";
import { readDataParts } from "../support/data-parts.js";
import { describeWithData } from "../support/data.js";
import { expectError } from "../support/expect-error.js";
import { expectRedacted } from "../support/expect-redacted.js";

const hex = (text: string): Uint8Array => bytesFromHex(text, "vector");

interface OprfVector {
  readonly Batch: number;
  readonly Blind: string;
  readonly BlindedElement: string;
  readonly EvaluationElement: string;
  readonly Input: string;
  readonly Output: string;
  readonly Proof?: { readonly proof: string; readonly r: string };
}

interface OprfSuiteFile {
  readonly identifier: string;
  readonly mode: number;
  readonly keyInfo: string;
  readonly seed: string;
  readonly skSm: string;
  readonly pkSm?: string;
  readonly vectors: readonly OprfVector[];
}

const common = {
  identifier: "ristretto255-SHA512",
  keyInfo: "74657374206b6579",
  seed: "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3",
};

/** RFC 9497, appendices A.1.1 (vector 1) and A.1.2 (vectors 1 and 3). */
const inlined: readonly OprfSuiteFile[] = [
  {
    ...common,
    mode: 0,
    skSm: "5ebcea5ee37023ccb9fc2d2019f9d7737be85591ae8652ffa9ef0f4d37063b0e",
    vectors: [
      {
        Batch: 1,
        Blind: "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706",
        BlindedElement: "609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c",
        EvaluationElement: "7ec6578ae5120958eb2db1745758ff379e77cb64fe77b0b2d8cc917ea0869c7e",
        Input: "00",
        Output:
          "527759c3d9366f277d8c6020418d96bb393ba2afb20ff90df23fb7708264e2f3" +
          "ab9135e3bd69955851de4b1f9fe8a0973396719b7912ba9ee8aa7d0b5e24bcf6",
      },
    ],
  },
  {
    ...common,
    mode: 1,
    skSm: "e6f73f344b79b379f1a0dd37e07ff62e38d9f71345ce62ae3a9bc60b04ccd909",
    pkSm: "c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e",
    vectors: [
      {
        Batch: 1,
        Blind: "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706",
        BlindedElement: "863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945",
        EvaluationElement: "aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e",
        Input: "00",
        Output:
          "b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7d" +
          "a4d8527693914139caee5bd03903af43a491351d23b430948dd50cde10d32b3c",
        Proof: {
          proof:
            "ddef93772692e535d1a53903db24367355cc2cc78de93b3be5a8ffcc6985dd06" +
            "6d4346421d17bf5117a2a1ff0fcb2a759f58a539dfbe857a40bce4cf49ec600d",
          r: "222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e",
        },
      },
    ],
  },
];

/** A random source that gives the listed scalars, one a call. */
function replay(scalars: readonly string[]): (byteLength: number) => Uint8Array {
  let next = 0;
  return (byteLength) => {
    const bytes = new Uint8Array(byteLength);
    bytes.set(hex(scalars[next++] ?? ""));
    return bytes;
  };
}

const list = (text: string): string[] => text.split(",");
const joined = (text: string): string => list(text).join("");

function checkOprf(file: OprfSuiteFile): void {
  const key = oprf.deriveKey(hex(file.seed), hex(file.keyInfo));
  expect(bytesToHex(key.secretBytes())).toBe(file.skSm);
  for (const vector of file.vectors) {
    const inputs = byteRowsFromArrays(list(vector.Input).map(hex));
    const request = oprf.blind(inputs, replay(list(vector.Blind)));
    expect(bytesToHex(request.blinded)).toBe(joined(vector.BlindedElement));
    const evaluated = oprf.evaluate(key, request.blinded);
    expect(bytesToHex(evaluated)).toBe(joined(vector.EvaluationElement));
    expect(bytesToHex(request.finalize(evaluated))).toBe(joined(vector.Output));
    expect(bytesToHex(oprf.evaluateInputs(key, inputs))).toBe(joined(vector.Output));
  }
}

function checkVoprf(file: OprfSuiteFile): void {
  const key = voprf.deriveKey(hex(file.seed), hex(file.keyInfo));
  expect(bytesToHex(key.secretBytes())).toBe(file.skSm);
  expect(bytesToHex(key.publicKey)).toBe(file.pkSm);
  const { publicKey } = key;
  for (const vector of file.vectors) {
    const inputs = byteRowsFromArrays(list(vector.Input).map(hex));
    const request = voprf.blind(inputs, replay(list(vector.Blind)));
    expect(bytesToHex(request.blinded)).toBe(joined(vector.BlindedElement));
    const answer = voprf.evaluate(key, request.blinded);
    expect(bytesToHex(answer.evaluated)).toBe(joined(vector.EvaluationElement));
    const statement = { publicKey, inputs: request.blinded, outputs: answer.evaluated };
    const proof = proveDleqWithNonce(statement, key.secretBytes(), hex(vector.Proof?.r ?? ""));
    expect(bytesToHex(proof)).toBe(vector.Proof?.proof);
    expect(bytesToHex(request.finalize({ publicKey, evaluated: answer.evaluated, proof }))).toBe(
      joined(vector.Output),
    );
    expect(bytesToHex(request.finalize({ publicKey, ...answer }))).toBe(joined(vector.Output));
    expect(bytesToHex(voprf.evaluateInputs(key, inputs))).toBe(joined(vector.Output));
  }
}

function checkFile(file: OprfSuiteFile): void {
  if (file.mode === 0) checkOprf(file);
  else checkVoprf(file);
}

describe("RFC 9497, single vectors", () => {
  it.each(inlined)("replays mode $mode", (file) => {
    checkFile(file);
  });
});

describeWithData("RFC 9497, ristretto255-SHA512", ["crypto/oprf-rfc9497-part-a.json"], () => {
  const files = readDataParts<OprfSuiteFile[]>("crypto/oprf-rfc9497").flat();
  const ours = files.filter((file) => file.identifier === common.identifier && file.mode < 2);

  it.each(ours)("replays every vector of mode $mode", (file) => {
    checkFile(file);
  });

  it("covers both modes and a batch of two", () => {
    expect(new Set(ours.map((file) => file.mode))).toEqual(new Set([0, 1]));
    expect(Math.max(...ours.flatMap((file) => file.vectors.map((vector) => vector.Batch)))).toBe(2);
  });
});

describe("OPRF and VOPRF", () => {
  it("give outputs that depend on key and input only, also for none, empty and equal inputs", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 3 }), (messages) => {
        const inputs = byteRowsFromArrays(messages);
        const key = oprf.generateKey();
        const request = oprf.blind(inputs);
        const outputs = request.finalize(oprf.evaluate(key, request.blinded));
        expect(outputs).toEqual(oprf.evaluateInputs(key, inputs));
        const verifiable = voprf.blind(inputs);
        const answer = voprf.evaluate(key, verifiable.blinded);
        const verified = verifiable.finalize({ publicKey: key.publicKey, ...answer });
        expect(verified).toEqual(voprf.evaluateInputs(key, inputs));
      }),
      { numRuns: 8 },
    );
  });

  it("agree with @noble/curves, whose client accepts our server and the other way round", () => {
    const key = voprf.generateKey();
    const input = Uint8Array.of(1, 2, 3);
    const theirs = ristretto255_oprf.voprf.blind(input);
    const ourAnswer = voprf.evaluate(key, theirs.blinded);
    const theirOutput = ristretto255_oprf.voprf.finalize(
      input,
      theirs.blind,
      ourAnswer.evaluated,
      theirs.blinded,
      key.publicKey,
      ourAnswer.proof,
    );
    const request = voprf.blind(byteRowsFromArrays([input]));
    const theirAnswer = ristretto255_oprf.voprf.blindEvaluate(
      key.secretBytes(),
      key.publicKey,
      request.blinded,
    );
    expect(request.finalize({ publicKey: key.publicKey, ...theirAnswer })).toEqual(theirOutput);
  });

  it("print keys and requests as redacted", () => {
    const inputs = byteRowsFromTexts(["a customer"]);
    for (const secret of [voprf.generateKey(), oprf.blind(inputs), voprf.blind(inputs)])
      expectRedacted(secret);
  });

  it("neither keep nor change what they were given, nor hand out what they keep", () => {
    const inputs = byteRowsFromTexts(["a", "bc"]);
    const key = voprf.generateKey();
    const request = voprf.blind(inputs);
    const answer = voprf.evaluate(key, request.blinded);
    const outputs = voprf.evaluateInputs(key, inputs);
    inputs.bytes.fill(0);
    inputs.offsets.fill(0);
    request.blinded.fill(0);
    key.publicKey.fill(0);
    key.secretBytes().fill(0);
    expect(request.finalize({ publicKey: key.publicKey, ...answer })).toEqual(outputs);
  });
});

describe("refusals", () => {
  const inputs = byteRowsFromTexts(["alice", "bob", "carol"]);
  const key = voprf.generateKey();
  const request = voprf.blind(inputs);
  const answer = voprf.evaluate(key, request.blinded);
  const good = { publicKey: key.publicKey, ...answer };

  it("accepts the untouched answer", () => {
    expect(request.finalize(good)).toEqual(voprf.evaluateInputs(key, inputs));
  });

  it("refuses a proof with any one byte changed, and one of another length", () => {
    for (let at = 0; at < good.proof.length; at++) {
      const proof = good.proof.slice();
      proof[at] = (proof[at] ?? 0) ^ 1;
      expectError(() => request.finalize({ ...good, proof }), "INVALID_ARGUMENT", { field: "proof" });
    }
    for (const proof of [
      good.proof.slice(0, 63),
      concatBytes(good.proof, Uint8Array.of(0)),
      new Uint8Array(0),
    ]) {
      expectError(() => request.finalize({ ...good, proof }), "INVALID_ARGUMENT", { field: "proof" });
    }
  });

  it("refuses a challenge or response that is the right one plus the group order", () => {
    const order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    for (const start of [0, 32]) {
      const proof = good.proof.slice();
      let carry = 0;
      for (let i = 0; i < 32; i++) {
        const digit = (proof[start + i] ?? 0) + (order[i] ?? 0) + carry;
        proof[start + i] = digit & 0xff;
        carry = digit >> 8;
      }
      expectError(() => request.finalize({ ...good, proof }), "INVALID_ARGUMENT", {
        field: "proof",
        expected: "a proof of two canonical scalars",
      });
    }
  });

  it("refuses the proof of another batch, another key, and rows in another order", () => {
    const other = voprf.generateKey();
    const swapped = concatBytes(
      good.evaluated.slice(32, 64),
      good.evaluated.slice(0, 32),
      good.evaluated.slice(64),
    );
    const replayed = voprf.evaluate(key, voprf.blind(inputs).blinded);
    const tampered = [
      { ...good, publicKey: other.publicKey },
      { ...good, ...voprf.evaluate(other, request.blinded) },
      { ...good, evaluated: swapped },
      { ...good, proof: replayed.proof },
      { ...good, ...replayed },
      {
        ...good,
        evaluated: concatBytes(
          multiply(good.evaluated.slice(0, 32), randomScalar()),
          good.evaluated.slice(32),
        ),
      },
    ];
    for (const bad of tampered) {
      expectError(() => request.finalize(bad), "INVALID_ARGUMENT", { field: "proof" });
    }
  });

  it("refuses the identity and non-canonical elements from either side, with the row", () => {
    const bad = [new Uint8Array(32), hex(`ed${"ff".repeat(30)}7f`), hex(`01${"00".repeat(31)}`)];
    for (const element of bad) {
      const batch = concatBytes(good.evaluated.slice(0, 64), element);
      for (const action of [
        () => oprf.evaluate(key, batch),
        () => voprf.evaluate(key, batch),
        () => request.finalize({ ...good, evaluated: batch }),
        () => oprf.blind(inputs).finalize(batch),
      ]) {
        expect(invalidElementRow(expectError(action, "INVALID_ARGUMENT"))).toBe(2);
      }
      expectError(() => request.finalize({ ...good, publicKey: element }), "INVALID_ARGUMENT", {
        field: "publicKey",
      });
    }
    expectError(() => request.finalize({ ...good, publicKey: new Uint8Array(31) }), "INVALID_ARGUMENT", {
      field: "publicKey",
    });
  });

  it("refuses answers of another count", () => {
    const shorter = good.evaluated.slice(32);
    expectError(() => request.finalize({ ...good, evaluated: shorter }), "INVALID_ARGUMENT");
    expectError(() => oprf.blind(inputs).finalize(shorter), "INVALID_ARGUMENT");
    expectError(() => oprf.evaluate(key, good.evaluated.slice(1)), "INVALID_ARGUMENT");
  });

  it("refuses batches with more rows than a proof can number, before it multiplies any", () => {
    const many = { bytes: new Uint8Array(0), offsets: new Uint32Array(65_537) };
    expectError(() => voprf.blind(many), "INVALID_ARGUMENT");
    expectError(() => voprf.evaluate(key, new Uint8Array(65_536 * 32)), "INVALID_ARGUMENT", {
      expected: "at most 65535 rows a proof",
    });
  });

  it("refuses inputs and key infos that two length bytes can't count, and seeds of another length", () => {
    const long = new Uint8Array(65_536);
    expectError(() => oprf.blind(byteRowsFromArrays([Uint8Array.of(1), long])), "INVALID_ARGUMENT", {
      field: "1",
    });
    expectError(() => voprf.deriveKey(new Uint8Array(32), long), "INVALID_ARGUMENT");
    expectError(() => oprf.deriveKey(new Uint8Array(31), Uint8Array.of()), "INVALID_ARGUMENT");
    for (const secret of [new Uint8Array(32), new Uint8Array(31), new Uint8Array(32).fill(255)]) {
      expectError(() => new oprf.OprfKey(secret), "INVALID_ARGUMENT", { field: "scalar" });
    }
  });
});

describe("the one-time scalar of a proof", () => {
  const repeating = (): Uint8Array => new Uint8Array(64).fill(7);
  const key = voprf.generateKey();
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const integer = (bytes: Uint8Array): bigint => BigInt(`0x${bytesToHex(bytes.toReversed())}`);

  /** k as two proofs (c, s) with one r give it: s1 + c1 k = s2 + c2 k. */
  function keyFrom(one: Uint8Array, two: Uint8Array): bigint | undefined {
    const [c1, s1, c2, s2] = [one.slice(0, 32), one.slice(32), two.slice(0, 32), two.slice(32)].map(integer);
    if (c1 === undefined || s1 === undefined || c2 === undefined || s2 === undefined) return undefined;
    const inverse = (value: bigint): bigint => {
      let [result, base, power] = [1n, ((value % order) + order) % order, order - 2n];
      for (; power > 0n; power >>= 1n, base = (base * base) % order) {
        if ((power & 1n) === 1n) result = (result * base) % order;
      }
      return result;
    };
    return ((((s2 - s1) * inverse(c1 - c2)) % order) + order) % order;
  }

  it("differs between statements, although the generator repeats itself as in a cloned machine", () => {
    const proofs = ["a", "b"].map((text) => {
      const { blinded } = voprf.blind(byteRowsFromTexts([text]));
      return voprf.evaluate(key, blinded, repeating).proof;
    });
    const [one = new Uint8Array(64), two = new Uint8Array(64)] = proofs;
    expect(keyFrom(one, two)).not.toBe(integer(key.secretBytes()));
  });

  it("would give the key away otherwise, and the check sees it", () => {
    const proofs = ["a", "b"].map((text) => {
      const { blinded } = voprf.blind(byteRowsFromTexts([text]));
      const outputs = multiply(blinded, key.secretBytes());
      const statement = { publicKey: key.publicKey, inputs: blinded, outputs };
      return proveDleqWithNonce(statement, key.secretBytes(), Uint8Array.of(9, ...new Uint8Array(31)));
    });
    const [one = new Uint8Array(64), two = new Uint8Array(64)] = proofs;
    expect(keyFrom(one, two)).toBe(integer(key.secretBytes()));
  });

  it("is the same for the same statement and randomness, and another with other randomness or another key", () => {
    const { blinded } = voprf.blind(byteRowsFromTexts(["a"]));
    const proof = (use: voprf.OprfKey, fill: number): string =>
      bytesToHex(voprf.evaluate(use, blinded, () => new Uint8Array(64).fill(fill)).proof);
    expect(proof(key, 1)).toBe(proof(key, 1));
    expect(new Set([proof(key, 1), proof(key, 2), proof(voprf.generateKey(), 1)]).size).toBe(3);
  });
});
