import { describe, expect, it } from "vitest";
import { example } from "../support/examples.js";

describe("example:lookup", () => {
  it("gives one JSON object on standard output, equal to the plain answers", async () => {
    const { code, stdout } = await example("lookup", "--json");
    expect(code).toBe(0);
    expect(stdout.trimEnd().split("\n").length).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      invented: true,
      matchesPlaintext: true,
      entries: 5657,
      evaluations: 3,
      bucketBits: null,
      answers: [
        { invoice: "INV-4711", answer: "unpaid" },
        { invoice: "INV-4712", answer: "paid" },
        { invoice: "INV-9999", answer: "not known" },
        { invoice: "INV-4711", answer: "unpaid" },
      ],
    });
  });

  it("takes invoice numbers and buckets, and says for people who learned what", async () => {
    const { code, stdout } = await example(
      "lookup",
      "--bucket-bits",
      "4",
      "--invoice",
      "INV-4711",
      "--invoice",
      "4711",
    );
    expect(code).toBe(0);
    for (const text of [
      "INVENTED",
      "INV-4711 is unpaid",
      "4711 is not known",
      "first 4 bits",
      "about 354",
      "same answers",
    ]) {
      expect(stdout).toContain(text);
    }
  });

  it("shows the supplier's rate limit as an answer", async () => {
    const numbers = Array.from({ length: 101 }, (_, i) => ["--invoice", `INV-${4000 + i}`]).flat();
    const { code, stdout } = await example("lookup", ...numbers);
    expect(code).toBe(1);
    expect(stdout).toContain("INV-4100 is refused by the supplier's rate limit");
    expect(stdout).toContain("no answers to compare");
  });

  it.each([[["--bucket-bits", "0"]], [["--bucket-bits", "21"]], [["--invoice", ""]], [["--unknown"]]])(
    "refuses %j with one line and code 2",
    async (args) => {
      const { code, stdout, stderr } = await example("lookup", ...args);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(/^error: .*\n$/);
    },
  );
});
