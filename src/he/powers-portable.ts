/** Modular powers where there is no OpenSSL. Chosen by the package's `imports` map outside Node. */

export { powersByBigInt as powersOf } from "./power.js";
