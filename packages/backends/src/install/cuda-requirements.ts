/**
 * The CUDA packages that a TensorFlow wheel names for its extra `and-cuda`.
 * @param metadata  the wheel's METADATA      @returns as pip reads them, e.g. `nvidia-cudnn-cu12<10.0,>=9.3.0.75`
 */
export function cudaRequirements(metadata: string): readonly string[] {
  return metadata.split('\n').flatMap((line) => {
    const found = /^Requires-Dist:\s*([^;]+);.*extra\s*==\s*["']and-cuda["']/.exec(line);
    return found ? [found[1]!.trim().replaceAll(/[()\s]/g, '')] : [];
  });
}
