import { errorsOf } from '@moekit/kernels';
import { backendErrors } from '@moekit/bench';

export const fail = errorsOf(backendErrors);
