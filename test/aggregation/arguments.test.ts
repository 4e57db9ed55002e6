import { expect, it } from "vitest";
import {
  agreeVerifyKey,
  aggregateBatch,
  chooseGraph,
  collectBatch,
  federatedAveraging,
  planFederatedAveraging,
  planResilientSum,
  receiveReports,
  ResilientClient,
  ResilientServer,
  resilientSum,
  secureSum,
  serveFederatedAveraging,
  serveResilientSum,
  uploadReports,
  VerifiedAggregator,
} from "../../dist/aggregation/index.js";
import { simulate, type Party } from "../../dist/channel/index.js";
import { prio3Count } from "../../dist/prio3/index.js";
import { memoryStore } from "../../dist/store/index.js";

const planned = { clients: 3, length: 1, max: 1, corrupt: 0, dropout: 0 };
const plan = planResilientSum(planned);
const averaging = { clients: 3, rounds: 1, length: 1, clip: 1, maxWeight: 1, corrupt: 0, dropout: 0 };
const federated = planFederatedAveraging({ ...averaging, server: "semi-honest" });
const place = { plan, sumId: new Uint8Array(32), index: 0 };
const train = (): never => expect.fail("nobody trains");

const task = { prio3: prio3Count({ shares: 2 }), context: new Uint8Array(1), minReports: 1 };
const verifyKey = new Uint8Array(32);
const own = { task, aggregatorId: 0, verifyKey, store: memoryStore() };
const aggregator = new VerifiedAggregator(own);
const batch = { batch: "a", collector: 0 };
const upload = { task, aggregatorId: 0, reports: [] };

/** The same mistake at both parties. */
const both = (protocol: (party: Party) => Promise<unknown>) => (): Promise<unknown> => simulate(2, protocol);

/** Entries with an unknown option, a wrong kind, and no plain object. */
const mistakes: readonly (readonly [string, () => unknown, string])[] = [
  ["secureSum", both((party) => secureSum(party, new BigInt64Array(1), { max: 1n } as never)), "max"],
  ["secureSum", both((party) => secureSum(party, new BigInt64Array(1), { maxAbs: 1 } as never)), "maxAbs"],
  ["secureSum", both((party) => secureSum(party, new BigInt64Array(1), null as never)), "options"],
  ["chooseGraph", () => chooseGraph(9, { dropouts: 0 } as never), "dropouts"],
  ["chooseGraph", () => chooseGraph(9, { corrupt: NaN }), "corrupt"],
  ["planResilientSum", () => planResilientSum({ ...planned, sign: true } as never), "sign"],
  ["planResilientSum", () => planResilientSum({ ...planned, signed: 1 } as never), "signed"],
  ["planResilientSum", () => planResilientSum({ ...planned, server: null } as never), "server"],
  ["planResilientSum", () => planResilientSum({ ...planned, length: "1" } as never), "length"],
  [
    "resilientSum",
    both((party) => resilientSum(party, Float64Array.of(1), plan, { key: 1 } as never)),
    "key",
  ],
  [
    "resilientSum",
    both((party) => resilientSum(party, Float64Array.of(1), plan, { random: 1 } as never)),
    "random",
  ],
  ["serveResilientSum", () => serveResilientSum([], plan, { timeoutMs: 1 } as never), "timeoutMs"],
  ["serveResilientSum", () => serveResilientSum([], plan, { roundTimeoutMs: NaN }), "roundTimeoutMs"],
  ["ResilientClient", () => ResilientClient.begin(place, { server: "a" } as never), "server"],
  ["ResilientClient", () => ResilientClient.begin(place, { signingKey: verifyKey } as never), "signingKey"],
  ["ResilientServer", () => ResilientServer.begin(plan, { name: [] } as never), "name"],
  ["ResilientServer", () => ResilientServer.begin(plan, { names: "abc" } as never), "names"],
  ["planFederatedAveraging", () => planFederatedAveraging({ ...averaging, clips: 1 } as never), "clips"],
  ["planFederatedAveraging", () => planFederatedAveraging({ ...averaging, clip: "1" } as never), "clip"],
  [
    "federatedAveraging",
    both((party) => federatedAveraging(party, federated, train, { key: 1 } as never)),
    "key",
  ],
  ["federatedAveraging", both((party) => federatedAveraging(party, federated, 1 as never)), "train"],
  [
    "serveFederatedAveraging",
    () => serveFederatedAveraging([], federated, new Float64Array(1), { onRounds: train } as never),
    "onRounds",
  ],
  [
    "serveFederatedAveraging",
    () => serveFederatedAveraging([], federated, new Float64Array(1), { onRound: 1 } as never),
    "onRound",
  ],
  ["VerifiedAggregator", () => new VerifiedAggregator({ ...own, maxPending: 1 } as never), "maxPending"],
  ["VerifiedAggregator", () => new VerifiedAggregator({ ...own, verifyKey: "key" } as never), "verifyKey"],
  ["agreeVerifyKey", both((party) => agreeVerifyKey(party, task, { rng: 1 } as never)), "rng"],
  ["agreeVerifyKey", both((party) => agreeVerifyKey(party, { ...task, minReports: NaN })), "task.minReports"],
  [
    "aggregateBatch",
    both((party) => aggregateBatch(party, aggregator, { ...batch, most: 1 } as never)),
    "most",
  ],
  [
    "aggregateBatch",
    both((party) => aggregateBatch(party, aggregator, { ...batch, noise: true } as never)),
    "noise",
  ],
  ["collectBatch", both((party) => collectBatch(party, task, { ...batch, noises: true } as never)), "noises"],
  ["collectBatch", both((party) => collectBatch(party, task, { ...batch, batch: 1 } as never)), "batch"],
  ["uploadReports", both((party) => uploadReports(party, { ...upload, report: 1 } as never)), "report"],
  [
    "uploadReports",
    both((party) => uploadReports(party, { ...upload, reports: [1] } as never)),
    "reports[0]",
  ],
  ["receiveReports", both((party) => receiveReports(party, aggregator, { max: 1 } as never)), "max"],
  [
    "receiveReports",
    both((party) => receiveReports(party, aggregator, { maxReports: null } as never)),
    "maxReports",
  ],
];

it.each(mistakes)("%s refuses a mistake of case %# by name", async (caller, call, field) => {
  const error = await Promise.resolve()
    .then(call)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "INVALID_ARGUMENT", field });
  expect((error as Error).message.startsWith(`${caller}: `)).toBe(true);
});
