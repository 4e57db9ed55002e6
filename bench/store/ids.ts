import { idSet } from "veilshare/store";

/** Ids of reports, as aggregators keep them. */
export const reportIds: ReturnType<typeof idSet> = idSet("bench/report", 16);

/** What they are kept under. */
export const setKey = "batch";
