/** Reads what turbo passes on of its tasks. */

/**
 * @param {string} line such as `@gatehouse/shop:build: Compiled`
 * @returns {{ workspace: string, said: string } | undefined} `undefined`: a line of turbo itself, one that npm puts
 *   before a script, or one without words
 */
export function readTurboLine(line) {
  const [, workspace, said] =
    /^(?:@gatehouse\/)?([\w-]+|\/\/):[a-z:]+: (?!> )(.*[a-z]{2}.*)$/i.exec(line) ?? [];
  return workspace !== undefined && said !== undefined ? { workspace, said } : undefined;
}
