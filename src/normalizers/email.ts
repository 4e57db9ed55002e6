/** Email addresses in one form, so that the same mailbox compares equal however somebody typed it. */

import { compatibleText } from "./folding.js";
import { Normalizer } from "./normalizer.js";

/** RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.2: octets. */
const longestLocalPart = 64;
const longestDomain = 255;

/**
 * A dot-string of RFC 5321, section 4.1.2, with letters and digits of all scripts as in RFC 6531, section 3.3; quoted local
 * parts are refused.
 */
const localPart = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;

/** What a domain may hold before it is brought into its ASCII form; the joiners of RFC 5892 are letters' neighbours. */
const domainText = /^[\p{L}\p{M}\p{N}.\-·͵׳״・]+$/u;

/** Labels of letters, digits and inner hyphens; at least two, the last of which is not a number. */
const domainName =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Full stops that RFC 3490 takes for dots, besides those that NFKC makes dots. */
const fullStops = /[。｡]/gu;

/**
 * An email address in NFKC and lower case, without white space around it and characters of no width: full-width characters
 * become the usual ones. A domain in another script comes in its ASCII form (`münchen.de` as `xn--mnchen-3ya.de`).
 *
 * Lower case also before the `@`: RFC 5321 lets a server tell `Ann` from `ann`, none that people use does. What only some
 * providers ignore, dots and `+tag`, stays: it makes other mailboxes elsewhere.
 *
 * **Source.** RFC 5321, RFC 6531 (other scripts), UTS #46 by the platform's URL parser (nontransitional: `ß` stays a letter
 * of its own).
 *
 * @returns Null for what is no address: no `@`, a part that is empty or too long, a quoted local part, a domain of one
 * label, an IP address, a name beside the address.
 */
export function normalizeEmail(text: string): string | null {
  // Case first changes what the form is made of, then the form is made again: İ becomes i and a dot above.
  const address = compatibleText(compatibleText(text).trim().toLowerCase());
  const at = address.lastIndexOf("@");
  const local = address.slice(0, Math.max(0, at));
  const domain = asciiDomain(address.slice(at + 1));
  if (domain === undefined || domain.length > longestDomain || !domainName.test(domain)) return null;
  if (!localPart.test(local) || new TextEncoder().encode(local).length > longestLocalPart) return null;
  return `${local}@${domain}`;
}

/** Agreed between parties: the same rules at both. */
export function emailNormalizer(): Normalizer {
  return new Normalizer({ name: "veilshare/email", version: 2, normalize: normalizeEmail });
}

function asciiDomain(written: string): string | undefined {
  const domain = written.replace(fullStops, ".");
  if (!domainText.test(domain)) return undefined;
  if (/^[a-z0-9.-]+$/.test(domain) && !domain.includes("xn--")) return domain;
  try {
    return new URL(`http://${domain}`).hostname;
  } catch {
    return undefined;
  }
}
