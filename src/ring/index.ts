export * from "./vector.js";
export * from "./matrix.js";
export { decodeFixed, defaultFractionalBits, encodeFixed, maxFractionalBits } from "./fixed-point.js";
