export { PrimeField, primeField, ristretto255Scalars } from "./prime-field.js";
