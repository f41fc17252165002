import { Drawing } from "./drawing.tsx";

const EGG = "M0-34c15 0 26 22 26 38 0 15-11 25-26 25s-26-10-26-25c0-16 11-38 26-38Z";
const SHINE = "M-12-14c3-7 7-11 11-12-3 5-6 11-7 18-3 2-6-2-4-6Z";
const EGGS = [
  { x: 66, y: 104, fill: "#e6b98c" },
  { x: 120, y: 100, fill: "#f2dcc0" },
  { x: 174, y: 104, fill: "#d79c69" },
  { x: 60, y: 134, fill: "#f0d3b0" },
  { x: 120, y: 134, fill: "#dba877" },
  { x: 180, y: 134, fill: "#f4e2ca" },
];

export function FreeRangeEggs() {
  return (
    <Drawing shadow={[190, 194]}>
      <path d="M28 118h184l-8 30H36Z" fill="#7d7466" />
      {EGGS.map(({ x, y, fill }) => (
        <g key={`${x} ${y}`} transform={`translate(${x} ${y})`}>
          <path d={EGG} fill={fill} />
          <path
            d="M0 29c15 0 26-10 26-25 0-5-1-11-3-16 0 18-10 33-41 34 5 5 11 7 18 7Z"
            fill="#7a4a22"
            opacity="0.16"
          />
          <path d={SHINE} fill="#fff" opacity="0.6" />
        </g>
      ))}
      <path
        d="M22 142c0-5 4-8 9-8 6 16 18 22 29 22s23-6 30-20c7 14 19 20 30 20s23-6 30-20c7 14 19 20 30 20s23-6 29-22c5 0 9 3 9 8l-8 44c-1 5-5 8-10 8H40c-5 0-9-3-10-8Z"
        fill="#b3a893"
      />
      <path
        d="M30 186c1 5 5 8 10 8h160c5 0 9-3 10-8l2-12c-24 8-60 11-92 11s-68-3-92-11Z"
        fill="#8f8471"
        opacity="0.7"
      />
      <g fill="none" stroke="#cfc6b4" strokeWidth="3" strokeLinecap="round">
        <path d="M40 160c6 7 13 10 20 10s14-3 19-9" />
        <path d="M100 161c6 6 13 9 20 9s14-3 20-9" />
        <path d="M161 161c5 6 12 9 19 9s14-3 20-10" />
      </g>
    </Drawing>
  );
}
