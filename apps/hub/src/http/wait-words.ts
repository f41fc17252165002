/** A wait in words, rounded up: "a second", "8 seconds", "15 minutes". Screens and plain answers share it. */
export function waitWords(seconds: number | undefined): string {
  if (seconds === undefined) return "a few minutes";
  if (seconds <= 1) return "a second";
  if (seconds < 60) return `${Math.ceil(seconds)} seconds`;
  return minutesWords(Math.ceil(seconds / 60));
}

export function minutesWords(count: number): string {
  if (count === 1) return "1 minute";
  if (count >= 120 && count % 60 === 0) return `${count / 60} hours`;
  return `${count} minutes`;
}
