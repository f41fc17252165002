import { Drawing } from "./drawing.tsx";

const CALYX =
  "M0 0c-4-8-12-11-18-9 3 5 8 8 13 9-7 1-12 6-13 12 6-1 11-5 14-9-1 6 1 12 5 15 3-5 3-10 2-15 4 5 9 8 15 8-2-6-6-10-12-11 5-2 9-6 10-11-6-1-12 3-16 11Z";
const TOMATOES = [
  { x: 84, y: 104, r: 35, fill: "#c9372c" },
  { x: 158, y: 106, r: 36, fill: "#d9442f" },
  { x: 70, y: 158, r: 36, fill: "#dc4a33" },
  { x: 172, y: 164, r: 32, fill: "#c53a2b" },
  { x: 122, y: 160, r: 40, fill: "#e2533a" },
];

export function VineTomatoes() {
  return (
    <Drawing shadow={[184, 198]}>
      <path
        d="M122 138c-3-36 0-66 10-96"
        fill="none"
        stroke="#4d7239"
        strokeWidth="7"
        strokeLinecap="round"
      />
      <path
        d="M121 98c-10-4-22-8-34-8M123 100c10-6 20-9 34-9"
        fill="none"
        stroke="#4d7239"
        strokeWidth="5"
        strokeLinecap="round"
      />
      <path d="M131 44c10-12 24-14 36-8-8 10-22 14-36 8Z" fill="#6a9a4e" />
      <path d="M130 50c-13-8-27-6-36 3 11 7 25 6 36-3Z" fill="#5b8a43" />
      {TOMATOES.map(({ x, y, r, fill }) => (
        <g key={`${x} ${y}`} transform={`translate(${x} ${y}) scale(${r / 36})`}>
          <ellipse rx="36" ry="33" fill={fill} />
          <path
            d="M36 0c0 18-16 33-36 33-13 0-24-6-30-15 8 5 17 7 26 6 22-2 35-18 33-39 4 4 7 9 7 15Z"
            fill="#8e1f1f"
            opacity="0.4"
          />
          <path
            d="M-25-8c2-9 9-15 17-17"
            stroke="#ffb59c"
            strokeWidth="5"
            strokeLinecap="round"
            fill="none"
          />
          <path d={CALYX} transform="translate(2 -24)" fill="#57853f" />
        </g>
      ))}
    </Drawing>
  );
}
