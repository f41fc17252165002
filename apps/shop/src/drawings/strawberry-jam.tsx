import { Drawing } from "./drawing.tsx";

const CHECKS = [60, 80, 100, 120, 140, 160, 180];

export function StrawberryJam() {
  return (
    <Drawing shadow={[124, 206]}>
      <path
        d="M64 92h112c6 8 9 15 9 26v70c0 11-7 18-18 18H73c-11 0-18-7-18-18v-70c0-11 3-18 9-26Z"
        fill="#dcb9b0"
      />
      <path
        d="M66 104h108c4 6 6 11 6 18v64c0 9-5 15-15 15H75c-10 0-15-6-15-15v-64c0-7 2-12 6-18Z"
        fill="#a81f33"
      />
      <path
        d="M160 104h14c4 6 6 11 6 18v64c0 9-5 15-15 15h-17c12-2 17-8 17-18v-62c0-7-1-12-5-17Z"
        fill="#7d1227"
      />
      <g fill="#c93a4a">
        <ellipse cx="80" cy="114" rx="9" ry="6" />
        <ellipse cx="150" cy="116" rx="10" ry="6" />
        <ellipse cx="116" cy="112" rx="8" ry="4" />
        <ellipse cx="152" cy="192" rx="9" ry="5" />
        <ellipse cx="90" cy="193" rx="11" ry="5" />
      </g>
      <rect x="74" y="124" width="92" height="60" rx="6" fill="#fff6e6" />
      <rect x="79" y="129" width="82" height="50" rx="3" fill="none" stroke="#d9b98f" strokeWidth="1.500" />
      <path d="M120 173c-13-7-20-16-20-24 0-8 8-12 20-12s20 4 20 12c0 8-7 17-20 24Z" fill="#d02c40" />
      <path
        d="M120 140c-4 3-10 4-16 2 3-6 9-8 13-7l-1-5h8l-1 5c4-1 10 1 13 7-6 2-12 1-16-2Z"
        fill="#4f8040"
      />
      <g fill="#ffd9a6">
        <ellipse cx="109" cy="150" rx="1.400" ry="2" />
        <ellipse cx="120" cy="148" rx="1.400" ry="2" />
        <ellipse cx="131" cy="150" rx="1.400" ry="2" />
        <ellipse cx="114" cy="158" rx="1.400" ry="2" />
        <ellipse cx="126" cy="158" rx="1.400" ry="2" />
        <ellipse cx="120" cy="165" rx="1.400" ry="2" />
      </g>
      <path
        d="M62 40c36-10 80-10 116 0l5 38-12 20-13-11-13 12-13-12-12 13-12-13-13 12-13-12-13 11-12-20Z"
        fill="#fbf1e4"
      />
      <g stroke="#c8424c" strokeWidth="9" opacity="0.55">
        {CHECKS.map((x) => (
          <path key={x} d={`M${x} ${x === 60 || x === 180 ? 44 : 35}v52`} />
        ))}
      </g>
      <g fill="none" stroke="#c8424c" strokeWidth="8" opacity="0.5">
        <path d="M61 52c37-9 81-9 118 0M59 70c38-8 84-8 122 0" />
      </g>
      <path d="M57 78c40-8 86-8 126 0l-1 8c-40-8-84-8-124 0Z" fill="#8a5a35" />
      <path d="M116 82c-9 2-15 8-17 16 9 0 15-5 19-13 4 8 10 13 19 13-2-8-8-14-17-16Z" fill="#8a5a35" />
    </Drawing>
  );
}
