/** What of `veilshare/mpc` needs files: preprocessed correlations made ahead of time. Subpath `veilshare/mpc/node`. */

export {
  PreprocessedFile,
  openPreprocessedFile,
  type OpenPreprocessedOptions,
} from "./two-party/preprocessed-file-node.js";
export { preprocessToFile, type PreprocessOptions } from "./two-party/preprocessed-make-node.js";
