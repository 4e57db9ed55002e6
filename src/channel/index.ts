export {
  VeilshareError,
  type ErrorCode,
  type ErrorDetails,
  type PeerErrorCode,
  type PlainError,
} from "../errors.js";
export { loadIdentity, loadParties, saveIdentity } from "#channel/files";
export {
  generateIdentity,
  Identity,
  keyFingerprint,
  signingKeysOf,
  type PartyAddress,
  type PartyEntry,
  type PartyKey,
} from "./identity/identity.js";
export { SigningKey } from "./identity/signing-key.js";
export { formatKeyFile, parseKeyFile } from "./identity/key-file.js";
export { parsePartiesFile } from "./identity/parties-file.js";
export { defaultLimits, type SessionLimits } from "./limits.js";
export {
  CipherState,
  handshakePatterns,
  HandshakeState,
  KeyPair,
  maxNoiseMessageBytes,
  type HandshakeOptions,
  type HandshakePattern,
  type HandshakeResult,
  type PatternName,
  type Role,
  type Token,
} from "./noise/index.js";
export {
  secureTransport,
  type SecuredTransport,
  type SecureTransportOptions,
  type Trust,
  type VerifiedPeer,
} from "./noise/secure-transport.js";
export type { MessageShape, Party, Progress, ProtocolId, ProtocolRun, Traffic } from "./party.js";
export { connectPorts, type ConnectPortsOptions, type PortSecurity } from "./port/connect-ports.js";
export { portTransport, type MessagePortLike } from "./port/port-transport.js";
export { openSession, type OpenSessionOptions, type SessionOptions } from "./session.js";
export { simulate, type SimulateOptions } from "./simulate.js";
export { simulateStar, type StarOutcome, type StarRoles } from "./simulate-star.js";
export { Transcript, type TranscriptEntry } from "./transcript.js";
export type { CloseOptions, Transport } from "./transport.js";
export { connect, type ConnectOptions } from "./websocket/connect.js";
export {
  acceptClients,
  connectToServer,
  type AcceptClientsOptions,
  type ConnectToServerOptions,
} from "./websocket/star.js";
export type { ConnectionEvent } from "./websocket/connection-event.js";
export type { ListenOptions, ListenTls, TlsKey, UpgradeServer } from "./websocket/socket.js";
