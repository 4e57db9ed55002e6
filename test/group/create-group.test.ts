import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { byteRowsFromTexts } from "../../dist/bytes/byte-rows.js";
import {
  createGroup,
  defaultGroup,
  hashToGroup,
  randomScalar,
  randomScalars,
  voprf,
  type Group,
} from "../../dist/group/index.js";
import { expectError } from "../support/expect-error.js";

const fixture = fileURLToPath(new URL("fixtures/print-products.mjs", import.meta.url));
const rows = byteRowsFromTexts(["one", "two", "three", "four", "five"]);
const dst = "veilshare-test";

interface Printed {
  readonly backends: string[];
  readonly kernelError?: string;
  readonly elements: string;
  readonly outputs: string;
}

/** What a fresh process with these flags and this argument prints. */
function inProcess(flags: readonly string[], argument: string): Printed {
  const text = execFileSync(process.execPath, [...flags, fixture, argument], { encoding: "utf8" });
  return JSON.parse(text) as Printed; // printed by the fixture in this folder
}

describe("createGroup", () => {
  const kernel = createGroup({ backend: "kernel" });
  const reference = createGroup({ backend: "reference" });

  it("runs what the caller names, and the kernel where it can choose", () => {
    expect([kernel.backend, reference.backend]).toEqual(["kernel", "reference"]);
    expect([createGroup().backend, createGroup({ backend: "auto" }).backend]).toEqual(["kernel", "kernel"]);
  });

  it("refuses a name that it does not know", () => {
    expectError(() => createGroup({ backend: "native" as "kernel" }), "INVALID_ARGUMENT");
  });

  it("shares one group between the functions of a thread, and makes a fresh one for every other caller", () => {
    expect(defaultGroup()).toBe(defaultGroup());
    expect(createGroup()).not.toBe(createGroup());
  });

  it("gives the same bytes on both implementations, for every operation", () => {
    const [scalar, scalars] = [randomScalar(), randomScalars(5)];
    const results = [kernel, reference].map((group) => {
      const elements = group.hashToGroup(rows, dst);
      return [
        elements,
        group.hashToScalars(rows, dst),
        group.hashAndMultiply(rows, dst, scalar),
        group.multiply(elements, scalar),
        group.multiplyEach(elements, scalars),
        group.multiplyBase(scalars),
        group.linearCombinationVartime(scalars, elements),
      ];
    });
    expect(results[0]).toEqual(results[1]);
    expect(results[0]?.[0]).toEqual(hashToGroup(rows, dst));
  });

  it("gives the same errors on both implementations", () => {
    const elements = kernel.hashToGroup(rows, dst);
    const holed = elements.slice();
    holed.fill(0, 64, 96);
    const broken = elements.slice();
    broken.fill(255, 96, 128);
    const scalars = randomScalars(5);
    const large = new Uint8Array(32).fill(255);
    const zero = new Uint8Array(32);
    const attempts: ((group: Group) => unknown)[] = [
      (group) => group.hashToGroup(rows, ""),
      (group) => group.hashToScalars(rows, ""),
      (group) => group.hashAndMultiply(rows, dst, zero),
      (group) => group.hashAndMultiply(rows, dst, large),
      (group) => group.hashAndMultiply(rows, dst, large.subarray(1)),
      (group) => group.multiply(elements, zero),
      (group) => group.multiply(elements, large),
      (group) => group.multiply(elements, large.subarray(1)),
      (group) => group.multiply(elements.subarray(1), scalars.subarray(0, 32)),
      (group) => group.multiplyEach(holed, scalars),
      (group) => group.multiplyEach(broken, scalars, { identity: "allow" }),
      (group) => group.multiplyEach(elements, scalars.subarray(32)),
      (group) => group.multiplyBase(large),
      (group) => group.multiplyBase(large.subarray(1)),
      (group) => group.linearCombinationVartime(scalars, broken),
      (group) => group.linearCombinationVartime(scalars.subarray(32), elements),
      (group) => group.linearCombinationVartime(large, elements.subarray(0, 32)),
      (group) => {
        group.decodeCheck(holed);
      },
      (group) => {
        group.decodeCheck(broken, { identity: "allow" });
      },
    ];
    for (const attempt of attempts) {
      const [ours, theirs] = [kernel, reference].map((group) =>
        expectError(() => attempt(group), "INVALID_ARGUMENT").toJSON(),
      );
      expect(ours).toEqual(theirs);
    }
  });
});

describe("a platform that cannot run the kernel", () => {
  const key = voprf.deriveKey(new Uint8Array(32).fill(1), new Uint8Array(0));
  const expected: Printed = {
    backends: ["reference", "reference"],
    kernelError: "UNSUPPORTED",
    elements: Buffer.from(hashToGroup(rows, dst)).toString("hex"),
    outputs: Buffer.from(voprf.evaluateInputs(key, rows)).toString("hex"),
  };

  it("computes the same on the reference where there is no WebAssembly", () => {
    expect(inProcess(["--noexpose-wasm"], "")).toEqual(expected);
  });

  it.runIf(process.arch === "x64")(
    "computes the same on the reference where the processor has no SIMD",
    () => {
      expect(inProcess(["--no-enable-sse4-1"], "")).toEqual(expected);
    },
  );

  it("computes the same on the reference where compiling is forbidden", () => {
    expect(inProcess([], "refuse")).toEqual(expected);
  });

  it("is told from one that can: with no flag, the same process chooses the kernel", () => {
    expect(inProcess([], "")).toEqual({
      backends: ["kernel", "kernel"],
      elements: expected.elements,
      outputs: expected.outputs,
    });
  });
});
