export { CipherState } from "./cipher-state.js";
export {
  HandshakeState,
  maxNoiseMessageBytes,
  type HandshakeOptions,
  type HandshakeResult,
} from "./handshake-state.js";
export { KeyPair } from "./key-pair.js";
export {
  handshakePatterns,
  type HandshakePattern,
  type PatternName,
  type Role,
  type Token,
} from "./pattern.js";
