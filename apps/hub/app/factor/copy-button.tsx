interface CopyButtonProps {
  /** `id` of the element whose text it copies. */
  readonly copies: string;
  /** The thing, for the label. */
  readonly what: string;
}

/** Shown by its script; without it, users select the text. */
export function CopyButton({ copies, what }: CopyButtonProps) {
  return (
    <p className="copy">
      <button type="button" className="ui-button" data-kind="plain" hidden data-copies={copies}>
        {`Copy the ${what}`}
      </button>
      <span role="status" />
      <script src="/assets/copy.js" defer />
    </p>
  );
}
