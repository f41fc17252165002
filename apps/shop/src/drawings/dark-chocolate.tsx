import { Drawing } from "./drawing.tsx";

const COLUMNS = [78, 108, 138];
const ROWS = [34, 62, 90];

export function DarkChocolate() {
  return (
    <Drawing shadow={[112, 214]}>
      <g transform="rotate(7 120 120)">
        <rect x="72" y="28" width="96" height="120" rx="5" fill="#40230f" />
        {ROWS.flatMap((y) =>
          COLUMNS.map((x) => (
            <g key={`${x} ${y}`}>
              <rect x={x} y={y} width="25" height="23" rx="2" fill="#5b3419" />
              <path d={`M${x + 2} ${y + 2}h21l-4 4h-13v11l-4 4Z`} fill="#7c4c29" />
            </g>
          )),
        )}
        <path
          d="M66 118l9-8 10 9 11-10 12 10 10-9 12 10 12-10 10 9 11-9 11 9v88c0 3-2 5-5 5H71c-3 0-5-2-5-5Z"
          fill="#d7dbe0"
        />
        <path
          d="M66 128l9-8 10 9 11-10 12 10 10-9 12 10 12-10 10 9 11-9 11 9v10H66Z"
          fill="#aeb5bd"
          opacity="0.7"
        />
        <path d="M64 136h112v72c0 4-3 6-6 6H70c-3 0-6-2-6-6Z" fill="#1f5a52" />
        <path d="M158 136h18v72c0 4-3 6-6 6h-20c6-2 8-5 8-11Z" fill="#16433d" />
        <rect x="76" y="148" width="84" height="54" rx="3" fill="none" stroke="#dcb565" strokeWidth="2" />
        <path d="M118 160c11 0 18 6 18 14s-7 15-18 15-18-7-18-15 7-14 18-14Z" fill="#dcb565" />
        <path
          d="M101 173c10-5 24-5 34 0M103 180c9-4 21-4 30 0M107 166c7-3 15-3 22 0"
          fill="none"
          stroke="#1f5a52"
          strokeWidth="2"
        />
        <path d="M136 168c6-6 12-7 17-5-3 6-9 8-17 5ZM100 168c-6-6-12-7-17-5 3 6 9 8 17 5Z" fill="#dcb565" />
      </g>
    </Drawing>
  );
}
