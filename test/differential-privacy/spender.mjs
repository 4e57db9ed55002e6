// One of two processes that spend most of one budget at once.
import { BudgetLedger } from "../../dist/differential-privacy/index.js";
import { openFileStore } from "../../dist/store/index-node.js";

const [folder, rho] = process.argv.slice(2);
const spend = async () => {
  const ledger = await BudgetLedger.open(await openFileStore(folder));
  await new Promise((resolve) => setTimeout(resolve, 100)); // both have read it by now
  await ledger.spend({ dataSet: "payments", rho: Number(rho), purpose: "test" });
  return "spent";
};
process.send(await spend().catch(({ code }) => code), () => process.exit());
