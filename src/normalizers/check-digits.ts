/** The check systems of ISO/IEC 7064 that codes here use. */

/**
 * The remainder modulo 97 of a code in which letters stand for 10 to 35 (MOD 97-10).
 *
 * @param code - Digits and capital letters.
 */
export function modulo97(code: string): number {
  let remainder = 0;
  for (const character of code) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder;
}

/** True when digits with their check digit satisfy MOD 11-10 (the hybrid system). */
export function isModulo11And10(digits: string): boolean {
  let check = 5;
  for (const digit of digits) check = ((((check === 0 ? 10 : check) * 2) % 11) + Number(digit)) % 10;
  return check === 1;
}

/** True when digits with their check digit satisfy Luhn's formula (ISO/IEC 7812-1). */
export function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits.charAt(digits.length - 1 - i));
    const doubled = i % 2 === 0 ? digit : 2 * digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** The sum of digits times weights. */
export function weighted(digits: string, weights: readonly number[]): number {
  let sum = 0;
  for (const [i, weight] of weights.entries()) sum += weight * Number(digits.charAt(i));
  return sum;
}
