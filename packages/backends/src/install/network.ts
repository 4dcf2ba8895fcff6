/** Messages of pip and npm when the index cannot be reached. */
const SIGNS = [
  /Failed to establish a new connection/,
  /Temporary failure in name resolution/,
  /Network is unreachable/,
  /ConnectTimeout|ReadTimeout|Connection(?:Reset|Refused)?Error/,
  /Cannot connect to proxy/,
  /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT)\b/,
];

/** Tells whether a program's output says that the network is missing. */
export function saysNoNetwork(output: string): boolean {
  return SIGNS.some((sign) => sign.test(output));
}

/** The last line of an output that names an error. */
export function lastError(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const error = lines.findLast((line) => /error|failed/i.test(line));
  return error ?? lines.findLast((line) => line !== '') ?? 'no message';
}
