/** @throws an Error that says what the server answered */
export async function fetchFile(address: URL): Promise<Uint8Array> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address.href} answers ${answer.status} ${answer.statusText}`);
  return new Uint8Array(await answer.arrayBuffer());
}
