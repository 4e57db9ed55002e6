export type { StoreHead } from "./chain.js";
export { JsonRecord, type NumberRange } from "../bytes/json-record.js";
export {
  idSet,
  jsonCell,
  jsonLog,
  type CellKind,
  type JsonCodec,
  type JsonObject,
  type Kind,
  type LogKind,
  type SetKind,
  type ValueCodec,
} from "./kind.js";
export { memoryStore, type StoreOptions } from "./memory-store.js";
export {
  acceptPeerRestore,
  answerHead,
  rememberedHead,
  rememberedHeads,
  rememberHead,
  rolledBack,
  type HeadAnswer,
  type PeerHead,
} from "./peer-heads.js";
export type { Committed, StateStore, StoreDraft, StoreView, WriteOptions } from "./store.js";
