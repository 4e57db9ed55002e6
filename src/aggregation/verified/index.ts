export { VerifiedAggregator, type AggregatorOptions } from "./aggregator.js";
export {
  aggregateBatch,
  type AggregateBatchOptions,
  type BatchSummary,
  type RejectedReport,
} from "./aggregate-batch.js";
export type { BatchOptions } from "./batch-parameters.js";
export { collectBatch, type CollectBatchOptions, type CollectedBatch } from "./collect-batch.js";
export { ReportShare } from "./report-message.js";
export type { VerifiedTask } from "./task.js";
export {
  prepareReport,
  receiveReports,
  uploadReports,
  type Receipt,
  type ReceivedReports,
  type ReceiveReportsOptions,
  type UploadOptions,
} from "./upload.js";
export type { RejectionReason } from "./verification.js";
export { agreeVerifyKey, type VerifyKeyOptions } from "./verify-key.js";
