import { Drawing } from "./drawing.tsx";

const CUTS = [
  "M101 94c-10 4-21 12-27 23",
  "M139 94c10 4 21 12 27 23",
  "M98 121c-10 4-20 11-26 21",
  "M142 121c10 4 20 11 26 21",
];

export function SourdoughLoaf() {
  return (
    <Drawing shadow={[176, 190]}>
      <path d="M32 148c0-52 42-88 88-88s88 36 88 88c0 28-34 42-88 42s-88-14-88-42Z" fill="#a9642f" />
      <path d="M36 140c2-47 41-77 84-77s82 30 84 77c0 26-32 38-84 38s-84-12-84-38Z" fill="#c98443" />
      <path d="M48 126c6-33 37-55 72-55s66 22 72 55c-3 24-34 36-72 36s-69-12-72-36Z" fill="#dba05c" />
      <path d="M62 108c12-21 33-32 58-32 21 0 39 8 51 23-17-9-34-13-53-13-22 0-41 7-56 22Z" fill="#ecc48a" />
      <path d="M119 72c15 24 17 62 2 92-17-28-17-68-2-92Z" fill="#8d4f22" />
      <path d="M120 78c11 22 12 54 1 80-12-26-12-58-1-80Z" fill="#f7e6c8" />
      {CUTS.map((cut) => (
        <path key={cut} d={cut} fill="none" stroke="#f7e6c8" strokeWidth="5" strokeLinecap="round" />
      ))}
      <g fill="#fff6e3" opacity="0.75">
        <circle cx="88" cy="84" r="2" />
        <circle cx="152" cy="85" r="2.4" />
        <circle cx="104" cy="80" r="1.6" />
        <circle cx="70" cy="104" r="1.8" />
        <circle cx="174" cy="110" r="1.8" />
        <circle cx="92" cy="150" r="2" />
        <circle cx="150" cy="152" r="2.2" />
        <circle cx="136" cy="82" r="1.5" />
      </g>
    </Drawing>
  );
}
