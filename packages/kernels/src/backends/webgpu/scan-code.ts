import { useSubgroups } from './subgroups.js';

/**
 * Three exclusive scans with their totals, one after the other: rows before each (expert, block), rows before each
 * token, tiles before each expert. One workgroup; each thread scans a stretch.
 */
export const scanCode = (tileRows: number, subgroups: boolean) => /* wgsl */ `
  ${subgroups ? sumBeforeInSubgroups : sumBefore}

  fn expertStart(e : i32) -> i32 { return min(result[e * uniforms.numBlocks], uniforms.numRows); }

  fn value(part : i32, i : i32) -> i32 {
    if (part == 0) { return counts[i]; }
    if (part == 1) { return counts[uniforms.numExperts * uniforms.numBlocks + i]; }
    return (expertStart(i + 1) - expertStart(i) + ${tileRows - 1}) / ${tileRows};
  }

  fn scan(part : i32, length : i32, to : i32) {
    let stretch = (length + 255) / 256;
    let first = min(place * stretch, length);
    let until = min(first + stretch, length);
    var sum = 0;
    for (var i = first; i < until; i++) { sum += value(part, i); }
    var before = sumBefore(sum);
    for (var i = first; i < until; i++) {
      result[to + i] = before;
      before += value(part, i);
    }
    if (place == 255) { result[to + length] = before; }
    storageBarrier();
    workgroupBarrier();
  }

  fn main() {
    takePlace();
    let blocks = uniforms.numExperts * uniforms.numBlocks;
    scan(0, blocks, 0);
    scan(1, uniforms.numTokens, blocks + 1);
    scan(2, uniforms.numExperts, blocks + 1 + uniforms.numTokens + 1);
  }
`;

/** The sum of what the threads in places before this one give, in 16 steps with a barrier each. */
const sumBefore = /* wgsl */ `
  var<private> place : i32;
  var<workgroup> partial : array<i32, 256>;

  fn takePlace() { place = i32(localIndex); }

  fn sumBefore(own : i32) -> i32 {
    partial[place] = own;
    workgroupBarrier();
    for (var step = 1; step < 256; step *= 2) {
      let below = select(0, partial[max(place - step, 0)], place >= step);
      workgroupBarrier();
      partial[place] += below;
      workgroupBarrier();
    }
    return partial[place] - own;
  }
`;

/**
 * The same with one barrier. The order of threads in subgroups is unspecified, as is whether all of these are full, so each subgroup
 * takes the next places for its threads and keeps its sum at the first of them.
 */
const sumBeforeInSubgroups = /* wgsl */ `
  ${useSubgroups}
  var<private> place : i32;
  var<private> lane : i32;
  var<private> lanes : i32;
  var<workgroup> taken : atomic<i32>;
  var<workgroup> sums : array<i32, 256>; // 0 where no subgroup starts

  fn takePlace() {
    lane = subgroupExclusiveAdd(1);
    lanes = subgroupAdd(1);
    var first = 0;
    if (lane == 0) { first = atomicAdd(&taken, lanes); }
    place = subgroupBroadcastFirst(first) + lane;
  }

  fn sumBefore(own : i32) -> i32 {
    let inside = subgroupExclusiveAdd(own);
    let all = subgroupAdd(own);
    if (lane == 0) { sums[place] = all; }
    workgroupBarrier();
    var below = 0;
    for (var i = lane; i < place - lane; i += lanes) { below += sums[i]; }
    return subgroupAdd(below) + inside;
  }
`;
