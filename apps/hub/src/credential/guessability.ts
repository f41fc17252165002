/**
 * Estimates how many guesses a password withstands. The only place that imports @zxcvbn-ts; it is loaded with the first
 * new password, because its list of 49,000 common passwords takes 23 MB, and most processes never need it.
 */

/** The estimate takes time in the square of the length; a part of this length takes about 30 ms. */
const longestPart = 32;

/** Base-10 logarithm of the number of guesses. */
export type EstimateGuesses = (password: string) => Promise<number>;

let estimator: Promise<(part: string) => number> | undefined;

/**
 * Judges both ends of a long password and returns the better result: a part never withstands more guesses than the whole.
 *
 * @param password any length; the same case and characters as it will be hashed with
 */
export const estimateGuesses: EstimateGuesses = async (password) => {
  estimator ??= loadEstimator();
  const estimate = await estimator;
  const start = estimate(password.slice(0, longestPart));
  return password.length <= longestPart ? start : Math.max(start, estimate(password.slice(-longestPart)));
};

async function loadEstimator(): Promise<(part: string) => number> {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import("@zxcvbn-ts/core"),
    import("@zxcvbn-ts/language-common"),
  ]);
  const zxcvbn = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
  return (part) => zxcvbn.check(part).guessesLog10;
}
