import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { jobWorker } from "./test-jobs.js";

const unguardedWorker = new URL("fixtures/unguarded-worker.mjs", import.meta.url);

const raw = (value: unknown): object => ({ type: "RAW", value });
const attacks: readonly Record<string, unknown>[] = [
  { id: "a", type: "SET", path: ["__proto__", "__proto__", "polluted"], value: raw("yes") },
  { id: "b", type: "SET", path: ["constructor", "prototype", "__proto__", "polluted"], value: raw("yes") },
  {
    id: "c",
    type: "APPLY",
    path: ["__proto__", "__proto__", "__defineGetter__"],
    argumentList: [raw("polluted"), raw("x")],
  },
  {
    id: "d",
    type: "CONSTRUCT",
    path: ["constructor"],
    argumentList: [raw("Object.prototype.polluted = 'yes'")],
  },
  {
    id: "e",
    type: "APPLY",
    path: ["constructor"],
    argumentList: [raw("x"), raw("Object.prototype.polluted = 'yes'")],
  },
  { id: "f", type: "GET", path: ["constructor"] },
  { id: "g", type: "ENDPOINT", path: [] },
  { id: "h", type: "RELEASE", path: [] },
  {
    id: "i",
    type: "APPLY",
    path: [],
    argumentList: [raw("test/polluted"), { type: "HANDLER", name: "proxy" }],
  },
  { id: "j", type: "APPLY", path: [], argumentList: [raw("__proto__")] },
  { id: 7, type: "APPLY", path: [], argumentList: [raw("test/polluted"), raw({})] },
];

/** Posts the attacks and asks the worker whether its Object.prototype has changed; gives all that it answered. */
async function attacked(script: URL): Promise<{ id: unknown; value?: { value?: unknown } }[]> {
  const worker = new Worker(script);
  const answers: { id: unknown; value?: { value?: unknown } }[] = [];
  try {
    for (const attack of attacks.slice(0, script === jobWorker ? undefined : 2)) worker.postMessage(attack);
    const done = new Promise<void>((resolve, reject) => {
      worker.on("error", reject);
      worker.on("message", (answer: { id: unknown; value?: { value?: unknown } }) => {
        answers.push(answer);
        if (answer.id === "end") resolve();
      });
    });
    const argumentList = [raw("test/polluted"), raw({})];
    worker.postMessage({ id: "end", type: "APPLY", path: [], argumentList });
    await done;
  } finally {
    await worker.terminate();
  }
  return answers;
}

describe("a raw message on a worker's port", () => {
  it("cannot write to Object.prototype, nor get any answer but to a call of a job", async () => {
    const answers = await attacked(jobWorker);
    expect(answers.map(({ id }) => id)).toEqual(["end"]);
    expect(answers.at(-1)?.value).toEqual({ ok: true, value: false });
  });

  it("does write to Object.prototype behind comlink alone: the attack is real", async () => {
    const answers = await attacked(unguardedWorker);
    expect(answers.at(-1)?.value).toEqual({ ok: true, value: true });
  });
});
