import { Drawing } from "./drawing.tsx";

const SEGMENTS = [0, 45, 90, 135, 180, 225, 270, 315];

export function AmalfiLemons() {
  return (
    <Drawing shadow={[150, 192]}>
      <path d="M128 48c14-20 38-24 58-12-12 20-38 26-58 12Z" fill="#6a9a4e" />
      <path
        d="M130 47c18-6 36-9 54-11"
        fill="none"
        stroke="#3f6a30"
        strokeWidth="2.500"
        strokeLinecap="round"
      />
      <path d="M122 62c0-8 2-14 8-19" fill="none" stroke="#6b5330" strokeWidth="5" strokeLinecap="round" />
      <path
        d="M124 58c24 2 48 20 58 44 4 10 5 20 12 28 4 5 1 11-5 11-11 0-17 6-27 10-40 16-86-4-94-44-6-30 22-51 56-49Z"
        fill="#f4c430"
      />
      <path
        d="M194 130c4 5 1 11-5 11-11 0-17 6-27 10-40 16-86-4-94-44 16 26 50 36 82 24 16-6 30-16 32-29 4 10 5 20 12 28Z"
        fill="#d99f16"
        opacity="0.7"
      />
      <path d="M84 92c4-12 14-20 27-22" stroke="#fff1a8" strokeWidth="6" strokeLinecap="round" fill="none" />
      <g fill="#e0ab1f">
        <circle cx="128" cy="78" r="1.600" />
        <circle cx="150" cy="90" r="1.600" />
        <circle cx="140" cy="102" r="1.600" />
        <circle cx="162" cy="108" r="1.600" />
        <circle cx="118" cy="94" r="1.600" />
      </g>
      <g transform="translate(84 148)">
        <ellipse rx="48" ry="44" fill="#e9b21f" />
        <ellipse cx="-1" cy="-1" rx="44" ry="40" fill="#fff6d2" />
        <ellipse cx="-1" cy="-1" rx="38" ry="34.500" fill="#fbdc5c" />
        {SEGMENTS.map((turn) => (
          <path
            key={turn}
            d="M0 0h38"
            transform={`translate(-1 -1) rotate(${turn})`}
            stroke="#fff6d2"
            strokeWidth="4"
          />
        ))}
        <circle cx="-1" cy="-1" r="5" fill="#fff6d2" />
        <path
          d="M-30-14c4-8 11-13 19-15"
          stroke="#fff"
          strokeWidth="3.500"
          strokeLinecap="round"
          fill="none"
          opacity="0.8"
        />
      </g>
    </Drawing>
  );
}
