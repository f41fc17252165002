/** Errors that stop the start, each with one sentence that says what to change. */

/** An invalid setting; the message names it and the expected value. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly code = "setting_invalid";
  readonly setting: string;

  /** @param setting the environment variable */
  constructor(setting: string, shouldBe: string) {
    super(`${setting} ${shouldBe}`);
    this.setting = setting;
  }
}

/** A condition other than a setting that prevents the start; the message is one sentence with the remedy. */
export class StartError extends Error {
  override readonly name = "StartError";
}
