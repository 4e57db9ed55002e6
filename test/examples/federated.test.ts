import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { dataPath, describeWithData } from "../support/data.js";

function example(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const main = resolve("build/examples/federated/main.js");
  return spawnSync(process.execPath, [main, ...args], { encoding: "utf8", timeout: 240_000 });
}

describe("example:federated", () => {
  it.each([[["--guest", "x.csv"]], [["--unknown"]], [["--guest", "no.csv", "--host", "no.csv"]]])(
    "ends with one line and exit code 2 for %j",
    (args) => {
      const { status, stderr } = example(...args);
      expect([status, stderr.trim().split("\n").length]).toEqual([2, 1]);
    },
  );
});

const files = ["credit/default_credit_hetero_guest.csv", "credit/default_credit_hetero_host.csv"] as const;

describeWithData("example:federated on the credit default set", [...files], () => {
  it("comes within 0.005 of the AUC of central training, though a bank's process is killed", () => {
    const { status, stdout, stderr } = example(
      "--guest",
      dataPath(files[0]),
      "--host",
      dataPath(files[1]),
      "--json",
    );
    expect([status, stderr]).toEqual([0, ""]);
    const result = JSON.parse(stdout) as Record<string, number | unknown[]>;
    expect(result).toMatchObject({ rows: 30_000, banks: 5, lost: ["Doum Bank"], matchesCentral: true });
    expect(result["included"]).toEqual([5, 5, 5, 5, 5, 5, 5, 4, 4, 4, 4, 4]);
    expect(Number(result["centralAuc"])).toBeGreaterThan(0.722);
    expect(Math.abs(Number(result["auc"]) - Number(result["centralAuc"]))).toBeLessThan(0.005);
  }, 300_000);
});
