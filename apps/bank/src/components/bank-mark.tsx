/** The harbour light over still water, the bank's mark. */
export function BankMark() {
  return (
    <svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" className="mark-ground" />
      <g className="mark-line" fill="none" strokeWidth="1.900" strokeLinecap="round" strokeLinejoin="round">
        <path d="M13.500 20.500 14.500 11h3l1 9.500M13 11h6M14.500 11V8.200L16 6.800l1.500 1.400V11" />
        <path d="M6 24.500c1.700-1.300 3.300-1.300 5 0s3.300 1.300 5 0 3.300-1.300 5 0 3.300 1.300 5 0" />
        <path d="m21.500 8.800 3.500-1.200M10.500 8.800 7 7.600" />
      </g>
    </svg>
  );
}
