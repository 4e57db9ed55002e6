/** What Scope 3 totals make of arguments that are none: refused by name, before anything is sent. */

import { describe, expect, it } from "vitest";
import { simulate } from "../../dist/channel/index.js";
import {
  aggregateScope3Verified,
  collectScope3Verified,
  planScope3Verified,
  planScope3WithServer,
  serveScope3Sum,
  sumScope3AmongPeers,
  sumScope3Verified,
  sumScope3WithServer,
} from "../../dist/scope3/index.js";
import { expectError } from "../support/expect-error.js";

const other = (value: unknown): never => value as never;
const factor = { kgPerUnit: "1", currency: "USD" };
const line = { category: 1, spend: "5", factor };
const footprint = { currency: "USD", lines: [line] };
const ofServer = { suppliers: 5, currency: "USD", server: "semi-honest" } as const;
const ofVerified = { suppliers: 5, currency: "USD", period: "2026" };

const refused = (field: string): object => ({ code: "INVALID_ARGUMENT", field });

describe("sumScope3AmongPeers", () => {
  it.each([
    ["minContributers", { minContributers: 3 }],
    ["minContributors", { minContributors: "3" }],
    ["spendFigures", { spendFigures: 1 }],
    ["dominance.comparers", { dominance: {} }],
    ["dominance.rul", { dominance: { comparers: [0, 1, 2], rul: 1 } }],
    ["period", { period: 2026 }],
    ["guard.ledger", { period: "2026", guard: { ledger: {} } }],
    ["onOpening", { onOpening: 1 }],
  ])("refuses %s by name", async (field, options) => {
    const failed = simulate(3, (party) => sumScope3AmongPeers(party, footprint, other(options)));
    await expect(failed).rejects.toMatchObject(refused(field));
  });

  it.each([
    null,
    5,
    {},
    { currency: "USD" },
    { currency: "USD", lines: {} },
    { currency: "USD", lines: [null] },
  ])("takes no footprint but one with lines: %o", async (given) => {
    const failed = simulate(3, (party) => sumScope3AmongPeers(party, other(given)));
    await expect(failed).rejects.toMatchObject(refused("footprint"));
  });

  it.each([
    ["factor", { ...line, factor: null }],
    ["factor", { ...line, factor: "x" }],
    ["product", { category: 1, spend: "5", quantity: "1", unit: "kg", product: null }],
    ["allocation", { category: 1, spend: "5", allocation: 5 }],
    ["dataQuality", { ...line, dataQuality: 5 }],
  ])("says of a line whose %s is no object where it is", async (field, given) => {
    const failed = simulate(3, (party) =>
      sumScope3AmongPeers(party, { currency: "USD", lines: [other(given)] }),
    );
    await expect(failed).rejects.toMatchObject({ code: "INVALID_DATA", field: `lines[0].${field}` });
  });
});

describe("plans", () => {
  it("refuse unknown options and wrong types by name", () => {
    for (const [field, options] of [
      ["lateDropOuts", { ...ofServer, lateDropOuts: 1 }],
      ["server", { ...ofServer, server: "honest" }],
      ["reveal", { ...ofServer, reveal: "none" }],
      ["maxAmount", { ...ofServer, maxAmount: 5 }],
      ["suppliers", { ...ofServer, suppliers: "5" }],
    ] as const) {
      expectError(() => planScope3WithServer(other(options)), "INVALID_ARGUMENT", { field });
    }
    for (const [field, options] of [
      ["server", { ...ofVerified, server: "active" }],
      ["period", { suppliers: 5, currency: "USD" }],
      ["aggregators", { ...ofVerified, aggregators: "2" }],
      ["maxAmount", { ...ofVerified, maxAmount: "5" }],
    ] as const) {
      expectError(() => planScope3Verified(other(options)), "INVALID_ARGUMENT", { field });
    }
    expectError(() => planScope3Verified({ ...ofVerified, period: "" }), "INVALID_ARGUMENT");
  });
});

describe("those who take part with a server or aggregators", () => {
  const plan = planScope3WithServer(ofServer);
  const verified = planScope3Verified(ofVerified);

  it("refuse sessions, parties and plans that are none, and options of other names", async () => {
    const none = other({});
    for (const [field, running] of [
      ["sessions", serveScope3Sum(other(5), plan)],
      ["sessions[0]", serveScope3Sum([none], plan)],
      ["plan", serveScope3Sum([], none)],
      ["roundTimeout", serveScope3Sum([], plan, other({ roundTimeout: 5 }))],
      ["party", sumScope3WithServer(none, footprint, plan)],
      ["party", aggregateScope3Verified([], none, verified, other({ collector: "x" }))],
      ["party", collectScope3Verified(none, verified)],
      ["parties[0]", sumScope3Verified([none], footprint, verified, { collector: "x" })],
      ["collector", sumScope3Verified([], footprint, verified, other({}))],
      ["footprint", sumScope3Verified([], other(null), verified, { collector: "x" })],
    ] as const) {
      await expect(running).rejects.toMatchObject(refused(field));
    }
  });
});
