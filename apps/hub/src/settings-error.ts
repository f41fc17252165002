/** A setting that cannot be used: stops the start with its name and what it should be. */
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
