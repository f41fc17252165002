/** Authenticators that the browser simulates. @see https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/ */
import type { CDPSession, Page } from "@playwright/test";

/** An authenticator of one page. If it verifies no user, it answers nothing, as when the user looks away. */
export class Authenticator {
  readonly #client: CDPSession;
  readonly #id: string;

  private constructor(client: CDPSession, id: string) {
    this.#client = client;
    this.#id = id;
  }

  static async of(page: Page): Promise<Authenticator> {
    const client = await page.context().newCDPSession(page);
    await client.send("WebAuthn.enable", { enableUI: false });
    const { authenticatorId } = await client.send("WebAuthn.addVirtualAuthenticator", {
      options: {
        protocol: "ctap2",
        transport: "internal",
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return new Authenticator(client, authenticatorId);
  }

  async verifyUser(isUserVerified: boolean): Promise<void> {
    await this.#client.send("WebAuthn.setUserVerified", { authenticatorId: this.#id, isUserVerified });
  }

  async remove(): Promise<void> {
    await this.#client.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId: this.#id });
    await this.#client.send("WebAuthn.disable");
    await this.#client.detach();
  }
}
