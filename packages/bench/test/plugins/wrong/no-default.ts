export const withoutDefault = 1;
