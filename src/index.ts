export {
  VeilshareError,
  type ErrorCode,
  type ErrorDetails,
  type PeerErrorCode,
  type PlainError,
} from "./errors.js";
export * from "./channel/index.js";
export * from "./table/index.js";
export * from "./mpc/index.js";
export * from "./aggregation/index.js";
export * from "./sharing/index.js";
export * as group from "./group/index.js";
export * as he from "./he/index.js";
export * as ring from "./ring/index.js";
export * from "./parallel/index.js";
export * from "./psi/index.js";
export * from "./psi/lookup/index.js";
export * from "./protocols/index.js";
