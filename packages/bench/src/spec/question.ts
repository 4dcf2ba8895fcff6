import { strict } from '@moekit/models';
import { z } from 'zod';

/** A margin of equivalence without one of its own: 0.5 % of the baseline's figure. */
export const MARGIN = 0.005;

/** One planned comparison: a weighted sum of rows, written down before the run. */
export const questionSchema = strict({
  name: z.string().min(1).describe('Its name in the report, such as "finer experts − top-2"'),
  rows: z
    .record(z.string().min(1), z.number())
    .refine((rows) => Object.values(rows).some((weight) => weight !== 0), 'must weigh a row')
    .readonly()
    .describe('The weight of each row, by its label; those of a difference sum to 0'),
  figure: z
    .string()
    .min(1)
    .optional()
    .describe(
      'A metric (by default the first of the task), layers. with a figure of routing, or flops. with a part',
    ),
  minus: z
    .string()
    .min(1)
    .optional()
    .describe('A figure of the same trial that is taken off, such as compute of pictures'),
  dropFree: z.boolean().optional().describe('Take metrics without capacity: no token is dropped'),
  margin: z
    .number()
    .positive()
    .optional()
    .describe(
      "Differences up to this share of the compared rows' figure count as none; 0.005 by default",
    ),
  within: z.number().positive().optional().describe("The margin in the figure's unit"),
  noWorse: z
    .boolean()
    .optional()
    .describe('Ask only whether the rows are worse, however much better they may be'),
})
  .refine(({ margin, within }) => margin === undefined || within === undefined, {
    message: 'takes margin or within, not both',
    path: ['within'],
  })
  .refine(({ minus, rows }) => minus !== undefined || Math.abs(sum(rows)) < 1e-9, {
    message: 'must have weights that sum to 0, or a figure to take off (minus)',
    path: ['rows'],
  })
  .readonly();

export type Question = z.output<typeof questionSchema>;
/** A question as people write it. */
export type QuestionInput = z.input<typeof questionSchema>;

const sum = (rows: Readonly<Record<string, number>>) =>
  Object.values(rows).reduce((total, weight) => total + weight, 0);
