/** What of `veilshare/mpc` needs files: stocks of correlations made ahead of time. Subpath `veilshare/mpc/node`. */

export { FileStock, openStockFile, type OpenStockOptions } from "./two-party/stock-file-node.js";
export { makeStockFile, type MakeStockOptions } from "./two-party/stock-make-node.js";
