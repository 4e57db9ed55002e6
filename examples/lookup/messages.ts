/** What the example tells its parties, and what they tell it. JSON, hence type aliases. */

/** What the supplier, who serves, is told when it starts. */
export type SupplierTask = {
  readonly role: "supplier";
  /** Seed of its secret key, hexadecimal. */
  readonly keySeed: string;
  /** The published set that it serves from. */
  readonly setFile: string;
};

/** What the bank, who asks, is told. */
export type BankTask = {
  readonly role: "bank";
  /** The supplier's public key, hexadecimal, that the bank has pinned. */
  readonly publicKey: string;
  readonly invoices: readonly string[];
  readonly bucketBits: number | null;
};

/** What the supplier tells: all that it learned. */
export type SupplierReport = {
  readonly requests: number;
  readonly evaluations: number;
  readonly bytesSent: number;
};

/** What the bank tells. */
export type BankReport = {
  /** True when the supplier's rate limit left the questions unanswered. */
  readonly refused: boolean;
  readonly answers: readonly { readonly invoice: string; readonly answer: string }[];
  /** Entries of the supplier's set. */
  readonly entries: number;
  /** Bits of each tag that the supplier learned; null for none. */
  readonly bucketBits: number | null;
  /** For the set, if it was downloaded, and the request. */
  readonly seconds: number;
  readonly bytesSent: number;
  readonly rounds: number;
};
