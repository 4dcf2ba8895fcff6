/** Who is served first when an expert is wanted by more tokens than it has room for; ties go to the lower token. */
export const priorities = ['rank-then-arrival', 'rank-then-probability'] as const;
export type CapacityPriority = (typeof priorities)[number];
