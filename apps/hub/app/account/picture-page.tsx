import { Button, ButtonLink, ErrorSummary } from "@gatehouse/ui";
import type { PictureScreen } from "../../src/screen/screen.ts";
import { AccountFrame } from "./account-frame.tsx";
import { Avatar } from "./avatar.tsx";

export const pictureTitle = ({ error }: PictureScreen): string =>
  `${error === null ? "" : "Error: "}Change your picture`;

const words: Record<NonNullable<PictureScreen["error"]>, string> = {
  picture_missing: "Choose a picture.",
  picture_too_large: "Choose a picture of at most 200 kB.",
  picture_unknown: "Choose a whole picture in the format PNG, JPEG or WebP.",
};

export function PicturePage({ model }: { readonly model: PictureScreen }) {
  const { error, person, token } = model;
  const text = error === null ? null : words[error];
  return (
    <AccountFrame current="profile" title="Change your picture" model={model}>
      <div className="one-column">
        {text !== null && (
          <ErrorSummary title="Your picture is not changed yet" errors={[{ text, field: "picture" }]} />
        )}
        <form className="ui-form" method="post" action="/account/picture" encType="multipart/form-data">
          <input type="hidden" name="token" value={token} />
          <div className="ui-field">
            <label htmlFor="picture">Picture</label>
            <p className="ui-hint" id="picture-hint">
              PNG, JPEG or WebP, at most 200 kB. Place, time and camera are removed from it. Sites can show it
              to others.
            </p>
            {text !== null && (
              <p className="ui-field-error" id="picture-error">
                <span className="visually-hidden">Error: </span>
                {text}
              </p>
            )}
            <input
              className="ui-file"
              id="picture"
              name="picture"
              type="file"
              accept="image/png,image/jpeg,image/webp"
              aria-describedby={text === null ? "picture-hint" : "picture-hint picture-error"}
              aria-invalid={text === null ? undefined : true}
            />
          </div>
          <div className="form-ways">
            <Button busyLabel="Sending …">Use this picture</Button>
            <ButtonLink kind="plain" href="/account">
              Cancel
            </ButtonLink>
          </div>
        </form>
        {person.picture !== null && (
          <form className="picture-now" method="post" action="/account/picture/remove">
            <input type="hidden" name="token" value={token} />
            <Avatar person={person} />
            <Button kind="plain" busyLabel="Removing …">
              Remove the picture
            </Button>
          </form>
        )}
      </div>
    </AccountFrame>
  );
}
