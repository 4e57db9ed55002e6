/** Which outbound proxy an address is reached through, by the environment variables that other programs follow, too. */

/**
 * The proxy for an address: `HTTPS_PROXY` for `wss:`, `HTTP_PROXY` for `ws:`, unless `NO_PROXY` names its host. Lower-case names
 * count first. This machine's own addresses are never reached through a proxy.
 */
export function proxyFor(
  address: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const { protocol, hostname, port } = new URL(address);
  const host = hostname.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  if (host === "localhost" || host === "::1" || host.startsWith("127.")) return undefined;
  const name = protocol === "wss:" ? "https_proxy" : "http_proxy";
  const proxy = environment[name] ?? environment[name.toUpperCase()];
  if (proxy === undefined || proxy === "") return undefined;
  const except = environment["no_proxy"] ?? environment["NO_PROXY"] ?? "";
  return isExcepted(host, port, except) ? undefined : proxy;
}

function isExcepted(host: string, port: string, except: string): boolean {
  return except
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => {
      if (entry === "*") return true;
      const [, name = entry, only] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      if (only !== undefined && only !== port) return false;
      const domain = name.replace(/^\*?\.?/, "");
      return host === domain || host.endsWith(`.${domain}`);
    });
}
