/** The first step of every protocol run: all parties must run the same protocol, version and parameters. */

import { canonicalJson, type JsonValue } from "../bytes/canonical-json.js";
import { ByteReader, ByteWriter, MalformedMessage } from "../bytes/codec.js";
import { peerFault, printable, VeilshareError } from "../errors.js";
import { rememberedHead, type StateStore } from "../store/index.js";
import type { Lanes } from "./lanes.js";
import type { ProtocolId } from "./party.js";
import { exchangeHeads } from "./store-heads.js";

const step = "agree";
const maxParametersBytes = 65_536;
const maxDepth = 16;
/** Follows the parameters of a party whose store takes part. */
const withStore = 1;

type Parameters = Readonly<Record<string, JsonValue | undefined>>;

/**
 * Exchanges protocol, version and parameters with every other party and compares.
 *
 * @throws VeilshareError PEER_MISMATCH that names the party and the first field that differs.
 */
export async function agreeOnParameters(
  lanes: Lanes,
  protocol: ProtocolId,
  parameters: Parameters,
  store?: StateStore,
): Promise<void> {
  const own = new ByteWriter().text(protocol.name).u32(protocol.version).text(canonicalJson(parameters));
  if (store !== undefined) own.u8(withStore);
  const messages = await lanes.exchange(step, own.finish(), { maxByteLength: maxParametersBytes });
  const withStores: number[] = [];
  for (const [from, message] of messages.entries()) {
    if (from === lanes.index) continue;
    const name = lanes.names[from] ?? "";
    if (compare(name, protocol, parameters, message)) withStores.push(from);
    else if (store !== undefined && rememberedHead(store, name) !== undefined) {
      const details = { party: name, step, field: "store", expected: "the state store that it had" };
      throw peerFault("PEER_MISMATCH", { ...details, got: "none" });
    }
  }
  if (store === undefined) return;
  await Promise.all(withStores.map((peer) => exchangeHeads(lanes, peer, store)));
}

/** Says whether a store takes part at the other party. */
function compare(party: string, protocol: ProtocolId, parameters: Parameters, message: Uint8Array): boolean {
  const mismatch = (field: string, expected: string, got: string): VeilshareError =>
    peerFault("PEER_MISMATCH", { party, step, field, expected, got });
  try {
    const reader = new ByteReader(message);
    const name = reader.text(256);
    if (name !== protocol.name) throw mismatch("protocol", protocol.name, shown(name));
    const version = reader.u32();
    if (version !== protocol.version) throw mismatch("version", String(protocol.version), String(version));
    const text = reader.text(maxParametersBytes);
    const hasStore = reader.remaining > 0;
    if (hasStore && reader.u8() !== withStore) throw new MalformedMessage("expected the sign of a store");
    reader.end();
    if (text === canonicalJson(parameters)) return hasStore;
    const theirs = parseObject(text);
    for (const key of new Set([...Object.keys(parameters), ...Object.keys(theirs)].sort())) {
      const ours = canonicalJson(member(parameters, key));
      const other = canonicalJson(member(theirs, key));
      if (ours !== other) throw mismatch(`parameters.${printable(key)}`, ours, shown(other));
    }
    throw new MalformedMessage("expected canonical JSON");
  } catch (thrown) {
    if (!(thrown instanceof MalformedMessage)) throw thrown;
    const message = `${protocol.name}/${step}: party "${party}" sent malformed parameters: ${thrown.message}`;
    throw new VeilshareError("PEER_MALFORMED", message, { party, step, cause: thrown });
  }
}

function parseObject(text: string): Parameters {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    if (isObject && !isDeep(value, maxDepth)) return value as Parameters; // it came from JSON
  } catch {
    // told below
  }
  throw new MalformedMessage("expected a JSON object that is not deep");
}

/** A member of its own: what another party names may be a member of every object. */
function member(parameters: Parameters, key: string): JsonValue {
  return (Object.hasOwn(parameters, key) ? parameters[key] : undefined) ?? null;
}

/** True when objects and arrays are nested deeper than `depth`. */
function isDeep(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((item) => isDeep(item, depth - 1));
}

/** Text of another party, safe to print. */
function shown(text: string): string {
  return `"${printable(text)}"`;
}
