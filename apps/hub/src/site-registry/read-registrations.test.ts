// biome-ignore-all lint/suspicious/noTemplateCurlyInString: registrations name the environment like this.
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createRegistrationReader } from "./read-registrations.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "gatehouse-sites-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const write = (id: string, more: object = {}) =>
  writeFile(
    join(directory, `${id}.json`),
    JSON.stringify({ id, name: id, url: "${SITE_URL}/", firstParty: true, ...more }),
  );

test("an unchanged file is not parsed again", async () => {
  const lookUp = vi.fn(() => "https://a.example");
  const read = createRegistrationReader(directory, lookUp);
  await write("bank");
  await write("shop");
  const first = await read();
  expect([first.changed, first.files.length]).toEqual([true, 2]);
  const second = await read();
  expect([second.changed, second.files]).toEqual([false, first.files]);
  expect(lookUp).toHaveBeenCalledTimes(2);
  // As long as before, and in the same moment: neither size nor time would tell.
  await write("shop", { name: "pohs" });
  const third = await read();
  expect([third.changed, third.files[0] === first.files[0]]).toEqual([true, true]);
  expect(third.files[1]).toMatchObject({ site: { name: "pohs" } });
  await rm(join(directory, "shop.json"));
  expect(await read()).toMatchObject({ changed: true, files: [{ file: "bank.json" }] });
});

test("a file that is too large, or a folder, is refused before it is read", async () => {
  await writeFile(join(directory, "large.json"), Buffer.alloc(30_000_000, " "));
  await mkdir(join(directory, "folder.json"));
  const { files, texts } = await createRegistrationReader(directory, () => undefined)();
  expect(files).toMatchObject([
    { error: { file: "folder.json", field: "(file)", reason: "is not a file" } },
    {
      error: {
        file: "large.json",
        field: "(file)",
        reason: "is larger than 64 kB, the maximum for a registration",
      },
    },
  ]);
  expect([...texts]).toEqual([]);
});

test("a file deleted between listing and reading counts as missing", async () => {
  // A link to nothing is listed, and is not there when it is read.
  await symlink(join(directory, "nothing"), join(directory, "gone.json"));
  const { files, changed } = await createRegistrationReader(directory, () => undefined)();
  expect([files, changed]).toEqual([[], false]);
});
