/** Email addresses in one form, so that the same mailbox compares equal however somebody typed it. */

/** RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.2: octets, which are characters here, as only ASCII is left. */
const longestLocalPart = 64;
const longestDomain = 255;

/** A dot-string of RFC 5321, section 4.1.2; quoted local parts are refused. */
const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;

/** Labels of letters, digits and inner hyphens; at least two. Names in other scripts come in their `xn--` form. */
const domainName = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * An email address without white space around it, in NFKC and lower case: full-width characters become the usual ones.
 *
 * Lower case also before the `@`: RFC 5321 lets a server tell `Ann` from `ann`, none that people use does. What only some
 * providers ignore, dots and `+tag`, stays: it makes other mailboxes elsewhere.
 *
 * @returns Null for what is no address: no `@`, a part that is empty or too long, characters beyond ASCII (a domain in
 * another script has to be given in its `xn--` form), a quoted local part, a domain of one label.
 */
export function normalizeEmail(text: string): string | null {
  const address = text.normalize("NFKC").trim().toLowerCase();
  const at = address.lastIndexOf("@");
  const local = address.slice(0, Math.max(0, at));
  const domain = address.slice(at + 1);
  if (local.length > longestLocalPart || domain.length > longestDomain) return null;
  return localPart.test(local) && domainName.test(domain) ? address : null;
}
