/** Headings of docs/writing-a-router.md that errors lead to; a test holds them against the page. */
export type GuideHeading =
  | 'from-an-empty-file'
  | 'the-plug-in'
  | 'the-router'
  | 'the-routing'
  | 'selection-and-gradient'
  | 'losses';

/** Where a reader finds what an error is about. */
export function guide(heading: GuideHeading): string {
  return `See docs/writing-a-router.md#${heading}.`;
}
