import { Drawing } from "./drawing.tsx";

export function FarmhouseCheese() {
  return (
    <Drawing shadow={[190, 186]}>
      <path d="M26 124 150 70c34 4 58 22 64 46v56c0 4-3 7-7 7H33c-4 0-7-3-7-7Z" fill="#e3a52c" />
      <path d="M26 124 150 70c34 4 58 22 64 46l-4 8Z" fill="#f9dc84" />
      <path d="M26 124h188v48c0 4-3 7-7 7H33c-4 0-7-3-7-7Z" fill="#f3c653" />
      <path d="M150 70c34 4 58 22 64 46v56c0 4-3 7-7 7h-7v-55c-6-22-26-44-64-48Z" fill="#c5582d" />
      <path d="M200 124h14v48c0 4-3 7-7 7h-7Z" fill="#a84422" />
      <path d="M26 162c50 7 112 8 174 3v14H33c-4 0-7-3-7-7Z" fill="#dea838" opacity="0.75" />
      <g fill="#d99e2b">
        <ellipse cx="70" cy="146" rx="13" ry="11" />
        <ellipse cx="126" cy="156" rx="16" ry="13" />
        <ellipse cx="168" cy="142" rx="9" ry="8" />
        <ellipse cx="104" cy="136" rx="6" ry="5" />
        <ellipse cx="46" cy="166" rx="7" ry="6" />
      </g>
      <g fill="#b97d1c">
        <path d="M57 146c0-6 6-11 13-11 6 0 10 3 12 7-9-4-18-3-23 8-1-1-2-3-2-4ZM110 156c0-7 7-13 16-13 7 0 12 3 15 8-11-4-22-2-28 10-2-1-3-3-3-5ZM159 142c0-4 4-8 9-8 4 0 7 2 8 5-6-3-12-2-15 6-1-1-2-2-2-3Z" />
      </g>
      <g fill="#eec75f">
        <ellipse cx="112" cy="103" rx="10" ry="4.500" />
        <ellipse cx="148" cy="92" rx="7" ry="3.200" />
        <ellipse cx="146" cy="113" rx="12" ry="4.500" />
      </g>
    </Drawing>
  );
}
