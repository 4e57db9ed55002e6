export { defaultLimits, type SessionLimits } from "./limits.js";
export type { MessageShape, Party, Progress, ProtocolId, ProtocolRun, Traffic } from "./party.js";
export { openSession, type OpenSessionOptions, type SessionOptions } from "./session.js";
export { simulate, type SimulateOptions } from "./simulate.js";
export { Transcript, type TranscriptEntry } from "./transcript.js";
export type { Transport } from "./transport.js";
