import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type * as launcherTypes from "../../../examples/launcher/index.js";

// The built launcher; its types are those of its source.
const { runParties } = (await import(
  new URL("../../../build/examples/launcher/index.js", import.meta.url).href
)) as typeof launcherTypes;

const script = new URL("./party.mjs", import.meta.url);

function alive(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

/** Runs parties with tasks; gives the outcome and the processes' ids. */
async function run(
  tasks: readonly string[],
  given: Partial<launcherTypes.RunPartiesOptions> = {},
): Promise<{ results?: unknown; error?: unknown; pids: number[]; ms: number }> {
  const pids: number[] = [];
  const started = performance.now();
  const parties = tasks.map((task, i) => ({ name: `p${i}`, task }));
  const outcome = await runParties({ script, parties, onStart: (_, pid) => pids.push(pid), ...given }).then(
    (results) => ({ results }),
    (error: unknown) => ({ error }),
  );
  return { ...outcome, pids, ms: performance.now() - started };
}

describe("parties as processes", () => {
  it("give their results in order and leave no process behind", async () => {
    const steps = new Set<string>();
    const onProgress = (progress: { readonly party: string }): void => void steps.add(progress.party);
    const { results, pids } = await run(["", "", ""], { onProgress });
    expect(results).toEqual(["p0", "p1", "p2"].map((name) => ({ name, sum: 9 })));
    expect(new Set(pids).size).toBe(3);
    expect(pids.filter(alive)).toEqual([]);
    expect([...steps].sort()).toEqual(["p0", "p1", "p2"]);
  });

  it.each([
    [
      "refuses its input",
      "refuse",
      { code: "INVALID_DATA", message: "people.csv, line 3, column age: not a number" },
    ],
    [
      "exits",
      "crash",
      { code: "PEER_CLOSED", party: "p1", message: expect.stringContaining("exit code 7") as string },
    ],
    ["has a bug", "throw", { code: "PROTOCOL_FAILED", party: "p1" }],
  ])("end, with the root cause once, when one of them %s", async (_, task, expected) => {
    const { error, pids, ms } = await run(["endless", task, "endless"]);
    expect(error).toMatchObject(expected);
    expect(pids.filter(alive)).toEqual([]);
    expect(ms).toBeLessThan(10_000);
  });

  it("end when the caller cancels, and when the time is up", async () => {
    const controller = new AbortController();
    setTimeout(() => {
      controller.abort();
    }, 600);
    const cancelled = await run(["endless", "endless"], { signal: controller.signal });
    expect(cancelled.error).toMatchObject({ code: "ABORTED" });
    expect(cancelled.pids.filter(alive)).toEqual([]);
    const late = await run(["endless", "endless"], { timeoutMs: 600 });
    expect(late.error).toMatchObject({ code: "PEER_TIMEOUT" });
    expect(late.pids.filter(alive)).toEqual([]);
  });
});

interface Launched {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  /** Ids of the parties' processes, once all of them are in the middle of the protocol. */
  readonly pids: Readonly<Record<string, number>>;
  readonly stderr: () => string;
}

async function launch(): Promise<Launched> {
  const launcher = spawn(process.execPath, [new URL("./launch.mjs", import.meta.url).pathname], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  launcher.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
  const [line] = (await once(launcher.stdout, "data")) as [Buffer];
  return {
    process: launcher,
    pids: JSON.parse(line.toString()) as Record<string, number>,
    stderr: () => stderr,
  };
}

async function exitCode(child: Launched["process"]): Promise<unknown> {
  if (child.exitCode !== null) return child.exitCode;
  const [code] = (await once(child, "exit")) as [unknown];
  return code;
}

describe("when a party's process fails in the middle of a protocol", () => {
  it("by being killed, the others end by themselves, each with a typed error that names party and step, and one line says why", async () => {
    const { process: launcher, pids, stderr } = await launch();
    const started = performance.now();
    process.kill(pids["b"] as number, "SIGKILL");
    expect(await exitCode(launcher)).toBe(1);
    expect(performance.now() - started).toBeLessThan(5000);
    const lines = stderr().trim().split("\n");
    const ends = lines
      .filter((line) => line.startsWith("{"))
      .map(
        (line) =>
          JSON.parse(line) as { ends: string; code: string; party: string; step: string; signal: boolean },
      );
    expect(ends.map((end) => end.ends).sort()).toEqual(["a", "c"]);
    for (const end of ends) {
      expect(end).toMatchObject({ step: "test/endless#0/numbers", signal: true });
      expect(["PEER_CLOSED", "PEER_ABORTED"]).toContain(end.code);
    }
    expect(ends.some((end) => end.code === "PEER_CLOSED" && end.party === "b")).toBe(true);
    expect(lines.filter((line) => !line.startsWith("{"))).toEqual([
      'error: party "b": its process ended (SIGKILL) without a result',
    ]);
    expect(Object.values(pids).filter(alive)).toEqual([]);
  });

  it("by being stopped, it does not keep the rest from being interrupted", async () => {
    const { process: launcher, pids } = await launch();
    process.kill(pids["b"] as number, "SIGSTOP");
    await sleep(300);
    launcher.kill("SIGINT");
    expect(await exitCode(launcher)).toBe(130);
    expect(Object.values(pids).filter(alive)).toEqual([]);
  });
});

describe("when the launcher itself", () => {
  it("is interrupted, all parties end with it and it says so in one line", async () => {
    const { process: launcher, pids, stderr } = await launch();
    launcher.kill("SIGINT");
    expect(await exitCode(launcher)).toBe(130);
    expect(
      stderr()
        .split("\n")
        .filter((line) => line.startsWith("error:")),
    ).toEqual(["error: the run was interrupted"]);
    expect(Object.values(pids).filter(alive)).toEqual([]);
  });

  it("is killed, its parties end by themselves", async () => {
    const { process: launcher, pids } = await launch();
    launcher.kill("SIGKILL");
    await exitCode(launcher);
    const deadline = performance.now() + 5000;
    while (Object.values(pids).some(alive) && performance.now() < deadline) await sleep(50);
    expect(Object.values(pids).filter(alive)).toEqual([]);
  });
});
