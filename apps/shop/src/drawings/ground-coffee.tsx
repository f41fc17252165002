import { Drawing } from "./drawing.tsx";

const BEANS = [
  { x: 56, y: 196, turn: -24 },
  { x: 80, y: 206, turn: 30 },
  { x: 186, y: 200, turn: 20 },
  { x: 166, y: 208, turn: -38 },
];

export function GroundCoffee() {
  return (
    <Drawing shadow={[140, 206]}>
      <path d="M70 58h100l8 20v118c0 6-4 10-10 10H72c-6 0-10-4-10-10V78Z" fill="#b98a56" />
      <path d="M150 58h20l8 20v118c0 6-4 10-10 10h-26c8-2 12-7 12-15V80Z" fill="#99693a" />
      <path d="M70 58h100l8 20c-40 7-76 7-116 0Z" fill="#cfa470" />
      <path d="M72 34h96c3 0 5 2 5 5v19H67V39c0-3 2-5 5-5Z" fill="#d9b383" />
      <path d="M67 48h106v10H67Z" fill="#a87a47" />
      <rect x="58" y="40" width="124" height="8" rx="4" fill="#3b2a20" />
      <rect x="76" y="98" width="74" height="84" rx="4" fill="#2e211a" />
      <path d="M94 132h32v12c0 9-6 15-16 15s-16-6-16-15Z" fill="#f3dfc0" />
      <path d="M126 135h4c5 0 8 3 8 7s-3 7-8 7h-5" fill="none" stroke="#f3dfc0" strokeWidth="3.500" />
      <path
        d="M103 126c-4-5 4-7 0-13M113 126c-4-5 4-7 0-13"
        fill="none"
        stroke="#d6874a"
        strokeWidth="3"
        strokeLinecap="round"
      />
      <path d="M90 166h44" stroke="#d6874a" strokeWidth="3" strokeLinecap="round" />
      <path d="M98 173h28" stroke="#8d6b52" strokeWidth="3" strokeLinecap="round" />
      {BEANS.map(({ x, y, turn }) => (
        <g key={x} transform={`translate(${x} ${y}) rotate(${turn})`}>
          <ellipse rx="13" ry="9" fill="#5a3620" />
          <ellipse cx="-2" cy="-2" rx="9" ry="5" fill="#76492c" />
          <path
            d="M-12 0c7 4 11-4 24 0"
            fill="none"
            stroke="#2c180c"
            strokeWidth="2.400"
            strokeLinecap="round"
          />
        </g>
      ))}
    </Drawing>
  );
}
