/** The harbour light at the end of the mole. */
export function HarbourDrawing() {
  return (
    <svg className="harbour" viewBox="0 0 480 360" aria-hidden="true" focusable="false">
      <rect className="harbour-sky" width="480" height="360" rx="20" />
      <path className="harbour-beam" d="M326 98 480 52v86l-154-28ZM308 100 0 150v-44l308-8Z" />
      <circle className="harbour-moon" cx="122" cy="96" r="34" />
      <path
        className="harbour-hill"
        d="M0 216c60-26 110-30 168-10 40-22 96-24 144 4 56-14 108-12 168 4v40H0Z"
      />
      <g className="harbour-stone">
        <path d="M300 232l8-112h20l8 112ZM302 112h32v8h-32ZM308 88h20v24h-20ZM304 88l14-16 14 16Z" />
        <path d="M232 232h178l22 26H212Z" />
      </g>
      <path className="harbour-sea" d="M0 252h480v88a20 20 0 0 1-20 20H20a20 20 0 0 1-20-20Z" />
      <path className="harbour-lamp" d="M312 92h12v16h-12Z" />
      <path className="harbour-band" d="M306 150h24l1.500 20h-27ZM303.500 190h29.500l1.500 20h-32.500Z" />
      <g className="harbour-ripples">
        <path d="M36 280h120M186 280h40M270 280h96M392 280h52" />
        <path d="M64 302h64M160 302h128M330 302h70" />
        <path d="M40 324h150M230 324h64M330 324h110" />
        <path d="M96 344h96M250 344h140" />
      </g>
      <path
        className="harbour-boat"
        d="M90 258h74l-12 16h-50ZM124 202v52H96ZM130 212c16 8 24 24 26 42h-26Z"
      />
    </svg>
  );
}
