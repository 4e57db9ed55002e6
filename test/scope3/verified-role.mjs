// One party of a verified Scope 3 total in a process of its own: an aggregator, the buyer, or a supplier.
import { createServer } from "node:http";
import { prepareReport, ReportShare, uploadReports } from "../../dist/aggregation/index.js";
import { InputShare } from "../../dist/prio3/index.js";
import { acceptClients, connect, connectToServer, generateIdentity } from "../../dist/channel/index.js";
import {
  aggregateScope3Verified,
  collectScope3Verified,
  sumScope3Verified,
  planVerifiedAmounts,
  planScope3Verified,
  verifiedAmounts,
  verifiedCounts,
} from "../../dist/scope3/index.js";
import * as steps from "../../dist/scope3/verified/steps.js";
import { memoryStore } from "../../dist/store/index.js";
import { stuckStore } from "../support/stuck-store.mjs";

const [, , name, role] = process.argv;
const identity = generateIdentity(name);
const limits = { connectTimeoutMs: 60_000, reconnectMs: 1000 };
const modulus = 2n ** 66n * 4611686018427387897n + 1n; // of Field128

async function listen() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, address: `ws://127.0.0.1:${server.address().port}/scope3` };
}

/** The lowest bit of the first entry becomes 5 more, so that the sum would be. */
function outOfRange([leader, helper]) {
  const bytes = leader.inputShare.toBytes();
  const view = new DataView(bytes.buffer);
  const value = (view.getBigUint64(0, true) + (view.getBigUint64(8, true) << 64n) + 5n) % modulus;
  view.setBigUint64(0, value, true); // takes the lower half
  view.setBigUint64(8, value >> 64n, true);
  return [new ReportShare(leader.id, leader.publicShare, new InputShare(0, bytes)), helper];
}

/** A supplier that follows the protocol, but for a report that is out of range. */
async function cheat(parties, footprint, plan, { collector, forged }) {
  const aggregators = parties.map((party) => party.names[1 - party.index]);
  const agreed = steps.agreedVerifiedPlan("cheat", plan, { collector, aggregators });
  const first = prepareReport(plan.counting, verifiedCounts(plan, footprint));
  const counts = forged === "counts" ? outOfRange(first) : first;
  let second;
  return Promise.all(
    parties.map((party, aggregatorId) =>
      party.run(steps.supplyProtocol, async (run) => {
        await run.agree({ ...agreed, release: plan.period, aggregatorId });
        const upload = (task, report) =>
          uploadReports(run, { task, aggregatorId, reports: [report[aggregatorId]] });
        await upload(plan.counting, counts);
        const notice = steps.decodeCountsNotice(plan, await run.receive(1 - run.index, "counts"));
        if (!notice.counted) return "uncounted";
        const planned = planVerifiedAmounts(plan, notice.counts);
        second ??= outOfRange(prepareReport(planned.amounts, verifiedAmounts(plan, planned, footprint)));
        await upload(planned.amounts, second);
        return steps.endings[(await run.receive(1 - run.index, "end"))[0]];
      }),
    ),
  );
}

const roles = {
  async aggregator({ plan, parties, suppliers, stuck }, { batch, star }) {
    const common = { identity, limits };
    const [party, sessions] = await Promise.all([
      connect({ ...common, parties, server: batch.server }),
      acceptClients({ ...common, address: star.address, server: star.server, clients: suppliers }),
    ]);
    const store = stuck ? stuckStore() : memoryStore();
    const options = { collector: "buyer", store };
    const { counted, included, refused, lost } = await aggregateScope3Verified(
      sessions,
      party,
      plan,
      options,
    );
    for (const session of [party, ...sessions]) await session.close?.();
    return { counted, included, refused, lost: lost.map(({ index, error }) => [index, error.code]) };
  },
  async buyer({ plan, parties }) {
    const party = await connect({ identity, parties, limits });
    const { report, counted, included, refused } = await collectScope3Verified(party, plan);
    await party.close();
    return {
      kg: report.total?.kg,
      category1: report.byCategory[0].emissions?.kg,
      counted,
      included,
      refused,
    };
  },
  async supplier({ plan, stars, lines, forged }) {
    const parties = await Promise.all(
      stars.map((serverEntry) => connectToServer({ identity, serverEntry, limits })),
    );
    const footprint = { currency: "USD", lines };
    const collector = "buyer";
    const outcome = await (forged
      ? cheat(parties, footprint, plan, { collector, forged })
      : sumScope3Verified(parties, footprint, plan, { collector }));
    for (const party of parties) await party.close();
    return forged ? outcome : { counted: outcome.counted, included: outcome.included };
  },
};

const places = role === "aggregator" ? { batch: await listen(), star: await listen() } : {};
process.on("message", async ({ planOptions, ...task }) => {
  try {
    const plan = planScope3Verified(planOptions);
    process.send({ kind: "done", value: await roles[role]({ ...task, plan }, places) });
  } catch (error) {
    const { code, party, step } = error;
    process.send({ kind: "failed", error: { code, party, step } }, () => process.exit(1)); // its links end with it
  }
});
process.send({
  kind: "entry",
  entry: identity.entry(places.batch?.address),
  star: identity.entry(places.star?.address),
});
