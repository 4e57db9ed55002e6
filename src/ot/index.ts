export { OtReceiver } from "./ot-receiver.js";
export { OtSender } from "./ot-sender.js";
export type { OtOptions } from "./direction.js";
export type { TreeDepth } from "./matrix.js";
export type { TakenRows } from "./row-pool.js";
