/** What a worker thread of the pool runs in Node. */

import { parentPort } from "node:worker_threads";
import { VeilshareError } from "../errors.js";
import { nodeEndpoint } from "../parallel/host-node.js";
import { serveJobs } from "../parallel/serve.js";
import { jobTable } from "./job-table.js";

if (parentPort === null) throw new VeilshareError("INTERNAL", "worker-entry-node: not a worker thread");
serveJobs(jobTable, nodeEndpoint(parentPort));
