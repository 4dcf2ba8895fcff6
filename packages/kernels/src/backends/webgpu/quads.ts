/**
 * WGSL for four neighbours of a row: `fn name(row, at, length, there)` gives elements at .. at+3 of a row of `length`,
 * 0 from `length` on, and 0 where `there` is false. With width 4 the buffer is vec4s, at and length multiples of 4.
 */
export function loadCode(name: string, buffer: string, width: 1 | 4): string {
  const head = `fn ${name}(row : i32, at : i32, length : i32, there : bool) -> vec4<f32>`;
  if (width === 4) {
    return /* wgsl */ `${head} {
      if (there && at < length) { return ${buffer}[(row * length + at) / 4]; }
      return vec4<f32>(0.0);
    }`;
  }
  return /* wgsl */ `${head} {
    var values = vec4<f32>(0.0);
    for (var i = 0; i < 4; i++) {
      if (there && at + i < length) { values[i] = ${buffer}[row * length + at + i]; }
    }
    return values;
  }`;
}

/** The reverse, into `result`: nothing is written from `length` on. */
export function storeCode(width: 1 | 4): string {
  if (width === 4) {
    return /* wgsl */ `fn store(row : i32, at : i32, length : i32, values : vec4<f32>) {
      if (at < length) { result[(row * length + at) / 4] = values; }
    }`;
  }
  return /* wgsl */ `fn store(row : i32, at : i32, length : i32, values : vec4<f32>) {
    for (var i = 0; i < 4; i++) {
      if (at + i < length) { result[row * length + at + i] = values[i]; }
    }
  }`;
}
