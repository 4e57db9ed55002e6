// An owner of a store in a process of its own. It does what the parent says, one thing after the other, and says when a step
// that touches the disk is about to be made: there it stops or kills itself if it was told to.
import { openFileStoreWithSteps } from "../../dist/store/file-store-node.js";
import { idSet, jsonLog } from "../../dist/store/index.js";

const limit = 100;
const spending = jsonLog("test/spending", {
  read: (record) => ({ amount: record.integer("amount"), by: record.text("by") }),
});
const ids = idSet("test/id", 16);
const [folder, name] = process.argv.slice(2);
let store;
let trap;
let steps = 0;

function step(label) {
  steps += 1;
  if (trap === undefined || (trap.step !== label && trap.number !== steps)) return;
  const { signal } = trap;
  trap = undefined;
  process.kill(process.pid, signal);
}

const deeds = {
  async open() {
    store = await openFileStoreWithSteps(folder, {}, step);
    return store.head.epoch;
  },
  /** Spends 1 if the sum stays within the limit; the answer is the use. */
  async spend() {
    return store.transact((draft) => {
      const spent = draft.list(spending, "budget").reduce((sum, { amount }) => sum + amount, 0);
      if (spent >= limit) throw Object.assign(new Error("spent"), { code: "BUDGET_SPENT" });
      draft.add(spending, "budget", { amount: 1, by: name });
      return spent + 1;
    });
  },
  async claim({ id }) {
    const [fresh] = await store.transact((draft) => draft.claim(ids, "ids", [Uint8Array.from(id)]));
    return fresh;
  },
  async compact() {
    await store.compact();
    return "compacted";
  },
  trap(given) {
    trap = given;
    steps = 0;
    return "set";
  },
  steps: () => steps,
};

process.on("message", async ({ call, deed, ...given }) => {
  const outcome = await Promise.resolve()
    .then(() => deeds[deed](given))
    .then(
      (result) => ({ result }),
      ({ code, message }) => ({ code: code ?? message }),
    );
  process.send({ call, ...outcome });
});
process.send({ call: 0, result: "ready" });
