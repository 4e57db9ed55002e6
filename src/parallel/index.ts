export type { Job } from "./job.js";
export type { MapOptions } from "./ordered-map.js";
export { createPool, type Pool, type PoolOptions, type RunOptions } from "./pool.js";
