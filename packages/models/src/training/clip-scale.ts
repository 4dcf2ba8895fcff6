/** Factor of the gradients with which their global norm is at most `clipNorm`; 0 turns clipping off. */
export function clipScale(norm: number, clipNorm: number): number {
  return clipNorm > 0 && norm > clipNorm ? clipNorm / norm : 1;
}
