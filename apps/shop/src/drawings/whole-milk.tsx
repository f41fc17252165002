import { Drawing } from "./drawing.tsx";

export function WholeMilk() {
  return (
    <Drawing shadow={[96, 208]}>
      <path
        d="M100 40h40v26c0 12 24 22 24 48v80c0 9-6 14-14 14H90c-8 0-14-5-14-14v-80c0-26 24-36 24-48Z"
        fill="#bdd2da"
      />
      <path
        d="M104 66c-1 15-23 24-23 48v79c0 6 4 10 10 10h58c6 0 10-4 10-10v-79c0-24-22-33-23-48Z"
        fill="#fffdf7"
      />
      <path
        d="M136 66c1 15 23 24 23 48v79c0 6-4 10-10 10h-14c8-2 11-6 11-14v-74c0-24-20-32-22-49Z"
        fill="#e6e2d8"
      />
      <path d="M104 66c10-4 22 4 32 0v6c-10 4-22-4-32 0Z" fill="#efece3" />
      <path d="M96 30c0-4 3-6 7-6h34c4 0 7 2 7 6v14c0 3-2 5-5 5h-38c-3 0-5-2-5-5Z" fill="#c2413a" />
      <path d="M96 40h48v4c0 3-2 5-5 5h-38c-3 0-5-2-5-5Z" fill="#9b2f2b" />
      <path d="M105 28v17M113 28v17M121 28v17M129 28v17M137 28v17" stroke="#da6a5f" strokeWidth="2" />
      <rect x="81" y="128" width="78" height="46" fill="#2f6f8f" />
      <rect x="81" y="132" width="78" height="2" fill="#8fc0d3" />
      <rect x="81" y="168" width="78" height="2" fill="#8fc0d3" />
      <g fill="#fffdf7">
        <path d="M100 146c0-3 5-5 9-4 3-3 9-3 12 0h9c6 0 10 3 11 8l1 8h-4l-2-6-1 10h-4l-1-7h-15l-1 7h-4l-1-9c-4 1-9-1-9-7Z" />
        <path d="M98 143c-3-2-3-5-1-7 1 3 3 4 6 5ZM110 141c0-4 3-6 5-5-1 2-1 4-2 6Z" />
      </g>
      <g fill="#2f6f8f">
        <path d="M118 144c3-1 6 1 5 4s-6 3-7 0c0-2 1-3 2-4ZM130 149c3-1 5 1 5 3s-4 3-6 1c-1-2 0-4 1-4Z" />
        <circle cx="105" cy="146" r="1.2" />
      </g>
      <path d="M88 108c2-9 8-15 14-22" stroke="#fff" strokeWidth="4" strokeLinecap="round" fill="none" />
    </Drawing>
  );
}
