import { Drawing } from "./drawing.tsx";

export function OliveOil() {
  return (
    <Drawing shadow={[92, 210]}>
      <path
        d="M108 42h24v44c0 14 30 18 30 46v66c0 8-5 12-12 12H90c-7 0-12-4-12-12v-66c0-28 30-32 30-46Z"
        fill="#3f5a2b"
      />
      <path
        d="M112 60h16v28c0 14 30 20 30 44v65c0 6-3 9-9 9H91c-6 0-9-3-9-9v-65c0-24 30-30 30-44Z"
        fill="#6f8a2f"
      />
      <path
        d="M128 60v28c0 14 30 20 30 44v65c0 6-3 9-9 9h-18c10-2 14-6 14-15v-60c0-22-22-28-25-44V60Z"
        fill="#4c6a26"
      />
      <path d="M108 22c0-3 2-5 5-5h14c3 0 5 2 5 5v22h-24Z" fill="#b98a56" />
      <path d="M120 17h7c3 0 5 2 5 5v22h-8Z" fill="#96693a" />
      <rect x="103" y="42" width="34" height="9" rx="3" fill="#27391b" />
      <rect x="78" y="126" width="84" height="62" fill="#fbf3dd" />
      <path d="M78 130h84M78 184h84" stroke="#c9a24b" strokeWidth="2" />
      <path
        d="M94 176c10-16 26-28 50-34"
        fill="none"
        stroke="#5c7a35"
        strokeWidth="3"
        strokeLinecap="round"
      />
      <g fill="#7d9a4a">
        <path d="M104 163c-9-2-14-8-14-15 8 1 14 7 14 15ZM118 152c-7-4-10-10-8-16 7 3 10 9 8 16ZM132 146c-4-5-4-10-1-15 5 4 6 10 1 15ZM108 166c5 6 12 8 19 6-4-6-11-9-19-6ZM122 156c5 5 12 6 18 3-4-5-11-7-18-3Z" />
      </g>
      <ellipse cx="100" cy="171" rx="6.500" ry="8" transform="rotate(30 100 171)" fill="#3c2c4a" />
      <ellipse cx="139" cy="151" rx="6" ry="7.500" transform="rotate(-40 139 151)" fill="#4b5a20" />
      <path
        d="M88 120c3-10 12-16 20-24"
        stroke="#c8d88a"
        strokeWidth="4.500"
        strokeLinecap="round"
        fill="none"
      />
    </Drawing>
  );
}
