// One contributor of a release, in a process of its own.
import { serveParty } from "../../build/examples/launcher/index.js";
import { releaseTotals } from "../../dist/disclosure/index.js";

serveParty(async (party, { own, comparers }) => {
  const values = BigInt64Array.from(own, BigInt);
  const cells = await releaseTotals(party, values, { maxAbs: 1000n, comparers });
  return cells.map((cell) => (cell.status === "released" ? String(cell.total) : cell.status));
});
