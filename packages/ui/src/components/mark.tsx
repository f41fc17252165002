export interface MarkProps {
  /** Width and height in pixels; 28 when left out. */
  readonly size?: number;
}

/** Gatehouse's mark, in the colour of the surrounding text. Decorative, because a name is beside it. */
export function Mark({ size = 28 }: MarkProps) {
  return (
    <svg
      className="ui-mark"
      viewBox="0 0 32 32"
      width={size}
      height={size}
      aria-hidden="true"
      focusable="false"
    >
      <path
        fill="currentColor"
        d="M3 4.5A1.5 1.5 0 0 1 4.5 3h3A1.5 1.5 0 0 1 9 4.5V7h3.5V4.5A1.5 1.5 0 0 1 14 3h4a1.5 1.5 0 0 1 1.5 1.5V7H23V4.5A1.5 1.5 0 0 1 24.5 3h3A1.5 1.5 0 0 1 29 4.5v23a1.5 1.5 0 0 1-1.5 1.5H23v-9a7 7 0 0 0-14 0v9H4.5A1.5 1.5 0 0 1 3 27.5Z"
      />
    </svg>
  );
}
