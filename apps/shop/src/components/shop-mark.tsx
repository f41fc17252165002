/** The awning, the shop's mark. */
export function ShopMark() {
  return (
    <svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
      <path
        d="M6 15v11a2 2 0 0 0 2 2h16a2 2 0 0 0 2-2V15"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
      />
      <path d="M13 28v-7h6v7" fill="none" stroke="currentColor" strokeWidth="2" strokeLinejoin="round" />
      <path
        d="M7 4h18l4 9a3.700 3.700 0 0 1-6.500 2.600A4.300 4.300 0 0 1 16 16a4.300 4.300 0 0 1-6.500-.4A3.700 3.700 0 0 1 3 13Z"
        fill="#c2412d"
      />
      <path d="M12.500 4h7l1.500 9.500a4 4 0 0 1-5 2.500 4 4 0 0 1-5-2.500Z" fill="#fff4e0" />
    </svg>
  );
}
