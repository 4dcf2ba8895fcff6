/**
 * The page's colours in its two schemes. Series colours are those of rows and of nothing else; `--part-N` are the shades of
 * parts of a whole; `--other` is every row that has no colour of its own.
 */
export const COLOURS = `
:root { color-scheme: light dark; --page: #f6f7f9; --card: #ffffff; --ink: #1d232b; --muted: #5c6470; --grid: #e3e7ec; --bad: #b3261e; --accent: #1f63c0; --baseline: #1d232b; --other: #7d8694; --band: #e6edf7; --shade: #8a93a066;
  --series-0: #6790de; --series-1: #e86d07; --series-2: #560a9b; --series-3: #80100c; --series-4: #b88354; --series-5: #b83dff; --series-6: #1600f4; --series-7: #732d74;
  --part-0: #3c4654; --part-1: #7d8897; --part-2: #b4bdc9; --part-3: #dde2e9; --on-part-0: #ffffff; --on-part-1: #14171b; --on-part-2: #14171b; --on-part-3: #14171b; }
@media screen and (prefers-color-scheme: dark) {
  :root { --page: #14171b; --card: #1d2127; --ink: #e8ebef; --muted: #a3adba; --grid: #333a43; --bad: #ff8a7a; --accent: #8bb8f5; --baseline: #e8ebef; --other: #7f8a99; --band: #26313f; --shade: #00000099;
  --series-0: #009aff; --series-1: #ffaf0b; --series-2: #6d4eff; --series-3: #de3118; --series-4: #9b5c4e; --series-5: #f1b5ff; --series-6: #59f084; --series-7: #c409b4;
  --part-0: #d5dbe3; --part-1: #97a2b0; --part-2: #626d7b; --part-3: #3e4753; --on-part-0: #14171b; --on-part-1: #14171b; --on-part-2: #ffffff; --on-part-3: #ffffff; }
}
@media print { :root { color-scheme: light; } }
`;
