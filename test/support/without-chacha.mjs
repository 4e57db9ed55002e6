// Preloaded into a process: its OpenSSL has no ChaCha20, like one in FIPS mode or the BoringSSL of Electron.
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

for (const name of ["createCipheriv", "createDecipheriv"]) {
  const real = crypto[name];
  crypto[name] = (algorithm, ...rest) => {
    if (!/chacha/i.test(algorithm)) return real(algorithm, ...rest);
    throw Object.assign(new Error("Unknown cipher"), { code: "ERR_CRYPTO_UNKNOWN_CIPHER" });
  };
}
syncBuiltinESMExports();
