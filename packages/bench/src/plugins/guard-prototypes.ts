const PROTOTYPES = { Object, Array, Function, String, Number };

/**
 * Takes back what code added to the prototypes of all objects: every schema, loop and table of the process would meet it.
 * Additions that no loop sees, such as polyfills, stay.
 * @param work is awaited      @param refused makes the error for the first addition
 */
export async function guardPrototypes<Result>(
  work: () => Promise<Result>,
  refused: (addition: string) => Error,
): Promise<Result> {
  const before = additions();
  const [result] = await Promise.allSettled([work()]);
  const added = additions().filter((name) => !before.includes(name));
  added.forEach(takeBack); // the additions are the cause, not the errors that they led to
  if (added[0] !== undefined) throw refused(added[0]);
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

function additions(): readonly string[] {
  return Object.entries(PROTOTYPES).flatMap(([owner, { prototype }]) =>
    Object.keys(prototype).map((key) => `${owner}.prototype.${key}`),
  );
}

function takeBack(addition: string): void {
  const [owner, , ...key] = addition.split('.');
  const { prototype } = PROTOTYPES[owner as keyof typeof PROTOTYPES];
  Reflect.deleteProperty(prototype, key.join('.'));
}
