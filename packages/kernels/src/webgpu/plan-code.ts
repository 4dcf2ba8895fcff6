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

/**
 * Three exclusive scans with their totals, one after the other: rows before each (expert, block), rows before each
 * token, tiles before each expert (and before the rows nobody took). One workgroup; each thread scans a stretch.
 */
export const scanCode = (tileRows: number) => /* wgsl */ `
  var<workgroup> partial : array<i32, 256>;

  fn expertStart(e : i32) -> i32 { return min(result[e * uniforms.numBlocks], uniforms.numRows); }

  fn value(part : i32, i : i32) -> i32 {
    if (part == 0) { return counts[i]; }
    if (part == 1) { return counts[uniforms.numExperts * uniforms.numBlocks + i]; }
    let last = i == uniforms.numExperts;
    let until = select(expertStart(i + 1), uniforms.numRows, last);
    return (until - expertStart(i) + ${tileRows - 1}) / ${tileRows};
  }

  fn scan(part : i32, length : i32, to : i32) {
    let me = i32(localIndex);
    let stretch = (length + 255) / 256;
    let first = min(me * stretch, length);
    let until = min(first + stretch, length);
    var sum = 0;
    for (var i = first; i < until; i++) { sum += value(part, i); }
    partial[me] = sum;
    workgroupBarrier();
    for (var step = 1; step < 256; step *= 2) {
      let below = select(0, partial[max(me - step, 0)], me >= step);
      workgroupBarrier();
      partial[me] += below;
      workgroupBarrier();
    }
    var before = partial[me] - sum;
    for (var i = first; i < until; i++) {
      result[to + i] = before;
      before += value(part, i);
    }
    if (me == 255) { result[to + length] = partial[255]; }
    storageBarrier();
    workgroupBarrier();
  }

  fn main() {
    let blocks = uniforms.numExperts * uniforms.numBlocks;
    scan(0, blocks, 0);
    scan(1, uniforms.numTokens, blocks + 1);
    scan(2, uniforms.numExperts + 1, blocks + 1 + uniforms.numTokens + 1);
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
  fn tile(i : i32, tileOffsets : i32, routed : i32) -> vec2<i32> {
    var low = 0; // the last expert whose tiles start at or before i; numExperts stands for the rows nobody took
    var high = uniforms.numExperts + 1;
    while (low < high) {
      let middle = (low + high + 1) / 2;
      if (scans[tileOffsets + middle] <= i) { low = middle; } else { high = middle - 1; }
    }
    if (low > uniforms.numExperts) { return vec2<i32>(-2, 0); }
    let first = min(scans[low * uniforms.numBlocks], routed);
    let row = first + (i - scans[tileOffsets + low]) * ${tileRows};
    return vec2<i32>(select(low, -1, low == uniforms.numExperts), row);
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
    if (index < uniforms.numTiles) {
      let found = tile(index, tokenOffsets + uniforms.numTokens + 1, routed);
      result[uniforms.tilesAt + 2 * index] = found.x;
      result[uniforms.tilesAt + 2 * index + 1] = found.y;
    }
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
