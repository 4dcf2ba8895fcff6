/** Routed tokens of each (expert, block of tokens), experts outermost, then routed experts of each token. */
export const countCode = (block: number) => /* wgsl */ `
  fn main(index : i32) {
    let blocks = uniforms.numExperts * uniforms.numBlocks;
    if (index >= blocks + uniforms.numTokens) { return; }
    var count = 0;
    if (index < blocks) {
      let e = index % uniforms.numExperts; // neighbouring threads read neighbouring experts
      let b = index / uniforms.numExperts;
      let until = min((b + 1) * ${block}, uniforms.numTokens);
      for (var t = b * ${block}; t < until; t++) {
        count += i32(mask[t * uniforms.numExperts + e] != 0.0);
      }
      result[e * uniforms.numBlocks + b] = count;
    } else {
      let first = (index - blocks) * uniforms.numExperts;
      for (var e = 0; e < uniforms.numExperts; e++) { count += i32(mask[first + e] != 0.0); }
      result[index] = count;
    }
  }
`;

/** The row of each pair, handed out in token order: -1 where nothing is routed, -2 where no room is left. */
export const placeCode = (block: number) => /* wgsl */ `
  fn main(index : i32) {
    if (index >= uniforms.numExperts * uniforms.numBlocks) { return; }
    let e = index % uniforms.numExperts;
    let b = index / uniforms.numExperts;
    var next = scans[e * uniforms.numBlocks + b];
    let until = min((b + 1) * ${block}, uniforms.numTokens);
    for (var t = b * ${block}; t < until; t++) {
      let pair = t * uniforms.numExperts + e;
      var row = -1;
      if (mask[pair] != 0.0) {
        row = select(-2, next, next < uniforms.numRows);
        next++;
      }
      result[pair] = row;
    }
  }
`;

/** The table of `table.ts`, each part written by as many threads as it has entries. */
export const tableFromRowsCode = (tileRows: number) => /* wgsl */ `
  fn tile(i : i32, tileOffsets : i32, routed : i32) {
    var low = 0; // the last expert whose tiles start at or before i
    var high = uniforms.numExperts - 1;
    while (low < high) {
      let middle = (low + high + 1) / 2;
      if (scans[tileOffsets + middle] <= i) { low = middle; } else { high = middle - 1; }
    }
    let first = min(scans[low * uniforms.numBlocks], routed);
    result[uniforms.tilesAt + 1 + 2 * i] = low;
    result[uniforms.tilesAt + 2 + 2 * i] = first + (i - scans[tileOffsets + low]) * ${tileRows};
  }

  fn main(index : i32) {
    let e = uniforms.numExperts;
    let blocks = e * uniforms.numBlocks;
    let tokenOffsets = blocks + 1;
    let all = scans[blocks];
    let routed = min(all, uniforms.numRows);
    if (index == 0) { result[0] = all; }
    if (index <= e) { result[1 + index] = min(scans[index * uniforms.numBlocks], routed); }
    if (index <= uniforms.numTokens) {
      result[uniforms.tokenOffsetsAt + index] = min(scans[tokenOffsets + index], routed);
    }
    if (index >= routed && index < uniforms.numRows) {
      result[uniforms.tokensAt + index] = -1;
      result[uniforms.expertsAt + index] = -1;
      result[uniforms.tokenRowsAt + index] = -1;
    }
    let tileOffsets = tokenOffsets + uniforms.numTokens + 1;
    let tiles = scans[tileOffsets + e];
    if (index == 0) { result[uniforms.tilesAt] = tiles; }
    if (index < tiles) { tile(index, tileOffsets, routed); }
    if (index < uniforms.numTokens * e) { pair(index); }
  }

  fn pair(index : i32) {
    let row = rows[index];
    if (row == -1) { return; }
    let e = uniforms.numExperts;
    let t = index / e;
    var slot = scans[e * uniforms.numBlocks + 1 + t];
    for (var before = t * e; before < index; before++) { slot += i32(rows[before] != -1); }
    if (slot < uniforms.numRows) { result[uniforms.tokenRowsAt + slot] = row; }
    if (row < 0) { return; }
    result[uniforms.tokensAt + row] = t;
    result[uniforms.expertsAt + row] = index - t * e;
  }
`;
