/** All jobs that a worker of this package knows. */

import { groupJobs } from "../group/jobs.js";
import { heJobs } from "../he/jobs.js";
import type { AnyJob } from "../parallel/job.js";
import { lookupJobs } from "../lookup/session/jobs.js";
import { okvsJobs } from "../psi/okvs/jobs.js";
import { ringJobs } from "../ring/keystream-sum.js";

export const jobTable: readonly AnyJob[] = [...groupJobs, ...heJobs, ...lookupJobs, ...okvsJobs, ...ringJobs];
