import { Drawing } from "./drawing.tsx";

const LEFT = [132, 140, 148, 156, 164, 172];
const RIGHT = [104, 112, 120, 128, 136, 144, 152, 160, 168, 176];

export function MorningPaper() {
  return (
    <Drawing shadow={[170, 206]}>
      <g transform="rotate(-5 120 120)">
        <path d="M50 46h142c4 0 6 2 6 6v142H56c-4 0-6-2-6-6Z" fill="#c9bfae" />
        <path d="M46 40h142c4 0 6 2 6 6v142H52c-4 0-6-2-6-6Z" fill="#e2d9c8" />
        <path d="M42 34h142c4 0 6 2 6 6v148c0 4-2 6-6 6H48c-4 0-6-2-6-6Z" fill="#fbf6ea" />
        <path d="M42 180c40 6 108 6 148 0v8c0 4-2 6-6 6H48c-4 0-6-2-6-6Z" fill="#e6dccb" />
        <text
          x="116"
          y="64"
          textAnchor="middle"
          fontFamily="Georgia, 'Times New Roman', serif"
          fontSize="21"
          fontWeight="700"
          fill="#2b241d"
        >
          Harbour Post
        </text>
        <path d="M54 72h124M54 75h124" stroke="#2b241d" strokeWidth="1.200" />
        <path d="M54 86h124" stroke="#2b241d" strokeWidth="6" />
        <path d="M54 96h60" stroke="#2b241d" strokeWidth="4" />
        <rect x="54" y="104" width="60" height="22" fill="#bcd3d8" />
        <path d="M54 126v-6c10-3 20-3 30 0s20 3 30 0v6Z" fill="#4f8595" />
        <path d="M84 106v11l-10 1ZM86 108l9 10H86ZM72 119h25l-4 4H76Z" fill="#fbf6ea" />
        <g stroke="#9c9384" strokeWidth="2.400" strokeLinecap="round">
          {LEFT.map((y, index) => (
            <path key={y} d={`M55 ${y}h${index === 5 ? 34 : 58}`} />
          ))}
          {RIGHT.map((y, index) => (
            <path
              key={y}
              d={`M123 ${y}h${index === 4 || index === 9 ? 30 : 54}`}
              transform="translate(0 -6)"
            />
          ))}
        </g>
        <path d="M118 94v82" stroke="#d6ccba" strokeWidth="1.500" />
      </g>
    </Drawing>
  );
}
