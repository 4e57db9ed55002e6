/**
 * The worker's side of the pool: a table of jobs behind one frozen function, served by comlink.
 *
 * comlink 4.4.2 follows any property path that a message names, and writes to it: a raw message
 * `{ type: "SET", path: ["__proto__", "x"] }` reaches Object.prototype. So nothing but a call of the function itself
 * gets as far as comlink: a guard in front of it takes messages apart and puts the one good kind together anew. The port
 * is only ever one of our own threads; the guard is there for the day when it is not.
 */

import { expose, transfer, type Endpoint } from "comlink";
import { invalidArgument } from "../errors.js";
import { jobError, type AnyJob, type WorkerReply } from "./job.js";
import { ownedBuffers } from "./transferables.js";

/** What the pool calls. */
export type RunJob = (jobName: string, input: unknown) => Promise<WorkerReply>;

/**
 * Serves jobs to the other end of an endpoint, for as long as the worker lives.
 *
 * @throws VeilshareError INVALID_ARGUMENT when two jobs have one name.
 */
export function serveJobs(jobs: readonly AnyJob[], endpoint: Endpoint): void {
  const table = new Map(jobs.map((job) => [job.name, job]));
  if (table.size !== jobs.length) throw invalidArgument("serveJobs", "distinct job names", "a repeated one");
  const runJob: RunJob = async (jobName, input) => {
    const reply = await answer(table, jobName, input);
    return reply.ok ? transfer(reply, ownedBuffers(reply.value)) : reply;
  };
  expose(Object.freeze(runJob), guarded(endpoint));
}

async function answer(
  table: ReadonlyMap<string, AnyJob>,
  jobName: string,
  input: unknown,
): Promise<WorkerReply> {
  const job = table.get(jobName);
  if (job === undefined) {
    const error = invalidArgument("pool", "a job that the worker knows", `"${jobName}"`);
    return { ok: false, error: error.toJSON() };
  }
  try {
    return { ok: true, value: await job.run(input) };
  } catch (thrown) {
    return { ok: false, error: jobError(jobName, thrown).toJSON() };
  } finally {
    job.wipe?.(input);
  }
}

/** The endpoint, as comlink may see it. */
function guarded(endpoint: Endpoint): Endpoint {
  return {
    postMessage(message, transferables) {
      endpoint.postMessage(message, transferables);
    },
    addEventListener(type, listener) {
      endpoint.addEventListener(type, (event) => {
        const call = callIn((event as MessageEvent<unknown>).data); // endpoints deliver message events
        if (call === undefined) return;
        const clean = { data: call } as MessageEvent; // comlink reads nothing but `data` and `origin`
        if (typeof listener === "function") listener(clean);
        else listener.handleEvent(clean);
      });
    },
    // Only a RELEASE message makes comlink let go, and none gets through; the worker ends with its thread.
    removeEventListener: () => undefined,
    ...(endpoint.start === undefined ? {} : { start: endpoint.start.bind(endpoint) }),
  };
}

/** The call of the exposed function that a raw message stands for, or undefined for anything else. */
function callIn(message: unknown): object | undefined {
  if (!isRecord(message)) return undefined;
  const { id, type, path, argumentList } = message;
  if (typeof id !== "string" || type !== "APPLY") return undefined;
  if (!Array.isArray(path) || path.length !== 0) return undefined;
  if (!Array.isArray(argumentList) || argumentList.length !== 2) return undefined;
  const [jobName, input] = argumentList as unknown[];
  if (!isRawValue(jobName) || typeof jobName["value"] !== "string" || !isRawValue(input)) return undefined;
  const raw = (value: unknown): object => ({ type: "RAW", value });
  return { id, type: "APPLY", path: [], argumentList: [raw(jobName["value"]), raw(input["value"])] };
}

function isRawValue(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && value["type"] === "RAW";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
