/**
 * WGSL for four neighbours of a row: `fn name(start, at, length)` gives elements at .. at+3 of the row that begins at
 * `start`, 0 from `length` on. With width 4 the buffer is vec4s and start, at and length are multiples of 4.
 */
export function loadCode(name: string, buffer: string, width: 1 | 4): string {
  if (width === 4) {
    return /* wgsl */ `fn ${name}(start : i32, at : i32, length : i32) -> vec4<f32> {
      if (at < length) { return ${buffer}[(start + at) / 4]; }
      return vec4<f32>(0.0);
    }`;
  }
  return /* wgsl */ `fn ${name}(start : i32, at : i32, length : i32) -> vec4<f32> {
    var values = vec4<f32>(0.0);
    for (var i = 0; i < 4; i++) {
      if (at + i < length) { values[i] = ${buffer}[start + at + i]; }
    }
    return values;
  }`;
}

/** The reverse, into `result`: nothing is written from `length` on. */
export function storeCode(width: 1 | 4): string {
  if (width === 4) {
    return /* wgsl */ `fn store(start : i32, at : i32, length : i32, values : vec4<f32>) {
      if (at < length) { result[(start + at) / 4] = values; }
    }`;
  }
  return /* wgsl */ `fn store(start : i32, at : i32, length : i32, values : vec4<f32>) {
    for (var i = 0; i < 4; i++) {
      if (at + i < length) { result[start + at + i] = values[i]; }
    }
  }`;
}
