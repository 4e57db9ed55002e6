/** What a Web Worker of the pool runs. */

import type { Endpoint } from "comlink";
import { serveJobs } from "../parallel/serve.js";
import { jobTable } from "./job-table.js";

serveJobs(jobTable, globalThis as unknown as Endpoint); // a worker's global scope is its port
