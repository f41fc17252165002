import { Drawing } from "./drawing.tsx";

const HEAD =
  "M0 22c-14 0-21-10-21-23 0-9 3-17 6-23 5 3 8 7 10 11 1-6 3-11 5-14 3 3 5 8 6 14 2-4 5-8 10-11 3 6 6 14 6 23 0 13-8 23-22 23Z";
const FLOWERS = [
  { x: 86, y: 70, turn: -20, fill: "#e8875f", dark: "#c9633f" },
  { x: 154, y: 72, turn: 20, fill: "#f0b23f", dark: "#d08c1f" },
  { x: 120, y: 54, turn: 0, fill: "#d4475c", dark: "#a92d44" },
  { x: 66, y: 104, turn: -32, fill: "#f0b23f", dark: "#d08c1f" },
  { x: 174, y: 106, turn: 32, fill: "#d4475c", dark: "#a92d44" },
  { x: 103, y: 98, turn: -8, fill: "#d4475c", dark: "#a92d44" },
  { x: 139, y: 100, turn: 10, fill: "#e8875f", dark: "#c9633f" },
];

export function Tulips() {
  return (
    <Drawing shadow={[72, 220]}>
      <g fill="none" stroke="#5f8f47" strokeWidth="5" strokeLinecap="round">
        {FLOWERS.map(({ x, y }) => (
          <path key={x} d={`M${x} ${y + 14}Q${(x + 240) / 3} ${y + 60} 120 190`} />
        ))}
      </g>
      <path
        d="M60 150c-16-22-18-44-10-62 12 16 22 38 30 66ZM180 150c16-22 18-44 10-62-12 16-22 38-30 66Z"
        fill="#6fa153"
      />
      {FLOWERS.map(({ x, y, turn, fill, dark }) => (
        <g key={x} transform={`translate(${x} ${y}) rotate(${turn})`}>
          <path d={HEAD} fill={fill} />
          <path
            d="M0-27c3 3 5 8 6 14-3 10-3 22-6 35-4-12-8-24-5-35 1-6 3-11 5-14Z"
            fill={dark}
            opacity="0.55"
          />
          <path
            d="M-15-8c-1 8 1 15 5 19"
            stroke="#fff"
            strokeWidth="2.500"
            strokeLinecap="round"
            fill="none"
            opacity="0.4"
          />
        </g>
      ))}
      <path d="M52 128c20 10 44 14 68 14s48-4 68-14l-44 88c-2 4-5 5-8 5h-32c-3 0-6-1-8-5Z" fill="#e9dcc4" />
      <path d="M188 128l-44 88c-2 4-5 5-8 5h-20l28-81c16-2 30-6 44-12Z" fill="#cfbd9c" />
      <path d="M52 128c14 8 34 12 54 13l-8 34Z" fill="#f6ecd9" />
      <path d="M90 184c20 6 40 6 60 0l-6 13c-16 4-32 4-48 0Z" fill="#b8465a" />
      <path d="M118 190c-12 0-20 6-24 16 12 2 20-4 26-12 6 8 14 14 26 12-4-10-12-16-24-16Z" fill="#943348" />
    </Drawing>
  );
}
