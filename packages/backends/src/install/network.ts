/** What pip and npm say when the index cannot be reached. */
const SIGNS = [
  /Failed to establish a new connection/,
  /Temporary failure in name resolution/,
  /Network is unreachable/,
  /ConnectTimeout|ReadTimeout|Connection(?:Reset|Refused)?Error/,
  /Cannot connect to proxy/,
  /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT)\b/,
];

/** Whether a program failed for want of a network. */
export function saysNoNetwork(output: string): boolean {
  return SIGNS.some((sign) => sign.test(output));
}

/** The last line that tells what went wrong. */
export function lastError(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const error = lines.findLast((line) => /error|failed/i.test(line));
  return error ?? lines.findLast((line) => line !== '') ?? 'nothing said';
}
