import { describe, expect, it } from "vitest";
import { dataPath, describeWithData } from "../support/data.js";
import { example } from "../support/examples.js";

describe("example:federated", () => {
  it.each([[["--guest", "x.csv"]], [["--unknown"]], [["--guest", "no.csv", "--host", "no.csv"]]])(
    "ends with one line and exit code 2 for %j",
    async (args) => {
      const { code, stderr } = await example("federated", ...args);
      expect([code, stderr.trim().split("\n").length]).toEqual([2, 1]);
    },
  );
});

const files = ["credit/default_credit_hetero_guest.csv", "credit/default_credit_hetero_host.csv"] as const;

describeWithData("example:federated on the credit default set", [...files], () => {
  it("comes within 0.005 of the AUC of central training, though a bank's process is killed", async () => {
    const { code, stdout, stderr } = await example(
      "federated",
      "--guest",
      dataPath(files[0]),
      "--host",
      dataPath(files[1]),
      "--json",
    );
    expect([code, stderr]).toEqual([0, ""]);
    const result = JSON.parse(stdout) as Record<string, number | unknown[]>;
    expect(result).toMatchObject({ rows: 30_000, banks: 5, lost: ["Doum Bank"], matchesCentral: true });
    expect(result["included"]).toEqual([5, 5, 5, 5, 5, 5, 5, 4, 4, 4, 4, 4]);
    expect(Number(result["centralAuc"])).toBeGreaterThan(0.722);
    expect(Math.abs(Number(result["auc"]) - Number(result["centralAuc"]))).toBeLessThan(0.005);
  }, 300_000);
});
