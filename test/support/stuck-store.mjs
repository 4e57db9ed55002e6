// A store for processes of tests that are to be killed between writing down that a batch is released and saying so.
import { memoryStore } from "../../dist/store/index.js";

/** A store that says `{ kind: "stuck" }` to the parent when a batch of reports is to be released, and never gets any further. */
export function stuckStore() {
  const store = memoryStore();
  const stuck = async (change) => {
    const result = await store.transact(change);
    if (store.view.keys({ shape: "cell", name: "veilshare/verified-batch" }).length === 0) return result;
    process.send({ kind: "stuck" });
    return new Promise(() => undefined);
  };
  return new Proxy(store, {
    get(target, name) {
      if (name === "transact") return stuck;
      const member = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
