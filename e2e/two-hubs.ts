/** Two hubs of a test: users of the one, "Head Office", can sign in at the other one. */
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OwnHub } from "./own-hub.ts";

export class TwoHubs {
  readonly hub: OwnHub;
  /** The provider, at another registrable domain. */
  readonly headOffice: OwnHub;
  readonly #folder: string;

  private constructor(hub: OwnHub, headOffice: OwnHub, folder: string) {
    this.hub = hub;
    this.headOffice = headOffice;
    this.#folder = folder;
  }

  static async start(): Promise<TwoHubs> {
    const folder = await mkdtemp(join(tmpdir(), "gatehouse-two-hubs-"));
    const secret = randomBytes(32).toString("hex");
    const registrations = join(folder, "sites");
    await mkdir(registrations);
    const headOffice = await OwnHub.inFolder(
      join(folder, "head-office"),
      { SITES_DIR: registrations, BRANCH_SITE_SECRET: secret },
      "elsewhere",
    );
    const hub = await OwnHub.inFolder(join(folder, "hub"), {
      UPSTREAMS: "head",
      UPSTREAM_HEAD_NAME: "Head Office",
      UPSTREAM_HEAD_ISSUER: `${headOffice.origin}/oidc`,
      UPSTREAM_HEAD_CLIENT_ID: "branch",
      UPSTREAM_HEAD_CLIENT_SECRET: secret,
    });
    const branch = {
      id: "branch",
      name: "Branch",
      url: `${hub.origin}/`,
      firstParty: true,
      secret: { environment: "BRANCH_SITE_SECRET" },
      oidc: {
        redirectUris: [`${hub.origin}/upstream/callback/head`],
        scopes: ["openid", "profile", "email"],
      },
    };
    await writeFile(join(registrations, "branch.json"), JSON.stringify(branch));
    const hubs = new TwoHubs(hub, headOffice, folder);
    try {
      await Promise.all([hub.start(), headOffice.start()]);
    } catch (error) {
      await hubs.stop();
      throw error;
    }
    return hubs;
  }

  async stop(): Promise<void> {
    await Promise.all([this.hub.stop(), this.headOffice.stop()]);
    await rm(this.#folder, { recursive: true, force: true });
  }
}
