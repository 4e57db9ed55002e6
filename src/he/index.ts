export {
  decodeEncryptedVector,
  encryptedByteLength,
  type EncryptedVector,
  type EncryptedVectorShape,
} from "./encrypted-vector.js";
export { generatePaillierKey, type PaillierKeyOptions } from "./generate-key.js";
export {
  add,
  addPlain,
  decrypt,
  encrypt,
  multiplyPlain,
  rerandomise,
  type Encryptor,
  type EncryptOptions,
} from "./paillier.js";
export { PaillierPrivateKey } from "./private-key.js";
export { paillierKeyBits, PaillierPublicKey, type PaillierKeyBits } from "./public-key.js";
export { PrecomputedRandomisers } from "./precomputed-randomisers.js";
export { sealedSum, type SealedSumOptions } from "./sealed-sum.js";
export { slotLayout, type SlotLayout } from "./slot-layout.js";
export type { HeWork } from "./work.js";
