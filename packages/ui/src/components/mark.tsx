export interface MarkProps {
  /** Width and height in pixels; 28 when left out. */
  readonly size?: number;
}

/** The gate, Gatehouse's mark, in the colour of the text around it. Decorative: a name stands beside it. */
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
        d="M3 4.500A1.500 1.500 0 0 1 4.500 3h3A1.500 1.500 0 0 1 9 4.500V7h3.500V4.500A1.500 1.500 0 0 1 14 3h4a1.500 1.500 0 0 1 1.500 1.500V7H23V4.500A1.500 1.500 0 0 1 24.500 3h3A1.500 1.500 0 0 1 29 4.500v23a1.500 1.500 0 0 1-1.500 1.500H23v-9a7 7 0 0 0-14 0v9H4.500A1.500 1.500 0 0 1 3 27.500Z"
      />
    </svg>
  );
}
