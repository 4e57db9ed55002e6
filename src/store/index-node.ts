/** Stores in folders. Node only; subpath `veilshare/store/node`. */

export { createFileStore, openFileStore, type FileStoreOptions } from "./file-store-node.js";
export { inspectFileStore, type KindReport, type StoreReport } from "./inspect-node.js";
