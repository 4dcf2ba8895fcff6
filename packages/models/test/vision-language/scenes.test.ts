import { createRng } from '@moekit/core';
import { describe, expect, test } from 'vitest';

import { draw } from '../../src/tasks/vision-language/draw-batch.js';
import { drawScene } from '../../src/tasks/vision-language/draw-scene.js';
import type { QuestionKind } from '../../src/tasks/vision-language/question.js';
import { ask } from '../../src/tasks/vision-language/question.js';
import type { PlacedDigit, Scene } from '../../src/tasks/vision-language/scene.js';
import { paint } from '../../src/tasks/vision-language/scene.js';
import { buildSequence } from '../../src/tasks/vision-language/sequence.js';
import { parsed, tinySource } from './tiny-scenes.js';

const scenes = (count: number, source = tinySource()) =>
  Array.from({ length: count }, (_, i) =>
    drawScene(source.digits, source.digits.train, { ...source, rng: createRng(i) }),
  );

describe('scenes', () => {
  const source = tinySource({ canvas: 112, step: 7, maxDigits: 5 });

  test('have digits that lie on the canvas, at the step, apart from each other', () => {
    for (const { digits } of scenes(100, source)) {
      for (const { x, y } of digits) {
        expect([x % 7, y % 7]).toEqual([0, 0]);
        expect(Math.max(x, y)).toBeLessThanOrEqual(112 - 28);
      }
      const apart = (a: PlacedDigit, b: PlacedDigit) =>
        a === b || Math.abs(a.x - b.x) >= 28 || Math.abs(a.y - b.y) >= 28;
      expect(digits.every((a) => digits.every((b) => apart(a, b)))).toBe(true);
    }
  });

  test('have every number of digits from the least to the most', () => {
    const counts = new Set(scenes(100, source).map(({ digits }) => digits.length));
    expect([...counts].sort()).toEqual([1, 2, 3, 4, 5]);
  });

  test('put digits into cells where chance finds no room', () => {
    const full = tinySource({ canvas: 84, step: 1, minDigits: 9, maxDigits: 9 });
    for (const { digits } of scenes(5, full)) {
      expect(new Set(digits.map(({ x, y }) => `${x} ${y}`)).size).toBe(9);
      expect(digits.every(({ x, y }) => x % 28 === 0 && y % 28 === 0)).toBe(true);
    }
  });

  test('are painted from the images that they name', () => {
    for (const scene of scenes(5, source)) {
      const pixels = paint(scene, source.digits);
      for (const { label, x, y } of scene.digits) {
        expect(pixels[y * 112 + x]).toBe(100 + label);
        expect(pixels[(y + 27) * 112 + x + 27]).toBe(100 + label);
      }
      const ink = pixels.reduce((count, grey) => count + (grey > 0 ? 1 : 0), 0);
      expect(ink).toBe(784 * scene.digits.length);
    }
  });

  test('move an image within its square by its shift, and cut what leaves it', () => {
    const { digits } = tinySource();
    const images = Uint8Array.from(digits.images, (_, i) => 1 + (i % 251));
    const placed = { label: 3, image: 3, x: 28, y: 56, shift: { x: 2, y: -1 } };
    const pixels = paint({ width: 84, height: 84, digits: [placed] }, { ...digits, images });
    const expected = new Uint8Array(84 * 84);
    for (let y = 0; y < 28; y++) {
      for (let x = 0; x < 28; x++) {
        const [toX, toY] = [x + 2, y - 1];
        if (toX < 28 && toY >= 0)
          expected[(56 + toY) * 84 + 28 + toX] = images[(3 * 28 + y) * 28 + x]!;
      }
    }
    expect(pixels).toEqual(expected);
  });

  test('move digits of training pictures alone, by at most the jitter', () => {
    const jittery = tinySource({ jitter: 2 });
    const shifts = (split: 'train' | 'heldOut') =>
      Array.from({ length: 100 }, (_, i) => draw(jittery, split, createRng(i)).scene.digits)
        .flat()
        .flatMap(({ shift }) => [shift.x, shift.y]);
    expect([...new Set(shifts('train'))].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
    expect(new Set(shifts('heldOut'))).toEqual(new Set([0]));
  });

  test('have the same digits at the same places with and without jitter', () => {
    const scenesOf = (jitter: number) =>
      Array.from({ length: 20 }, (_, i) => {
        const { digits } = draw(tinySource({ jitter }), 'train', createRng(i)).scene;
        return digits.map(({ shift: _shift, ...rest }) => rest);
      });
    expect(scenesOf(2)).toEqual(scenesOf(0));
  });

  test('of the two splits share no image', () => {
    const images = (split: 'train' | 'heldOut') =>
      Array.from({ length: 50 }, (_, i) => draw(source, split, createRng(i)).scene.digits)
        .flat()
        .map(({ image }) => image);
    expect(Math.max(...images('train'))).toBeLessThan(10);
    expect(Math.min(...images('heldOut'))).toBeGreaterThanOrEqual(10);
  });
});

describe('questions', () => {
  const digit = (label: number, x: number, y: number) => ({
    label,
    x,
    y,
    image: 0,
    shift: { x: 0, y: 0 },
  });
  const scene: Scene = {
    width: 84,
    height: 84,
    digits: [digit(7, 56, 0), digit(3, 28, 28), digit(7, 0, 56)],
  };
  const asked = (kind: QuestionKind, seed = 1) => {
    const { text, answer } = ask(scene, [kind], createRng(seed));
    return `${text.join(' ')} ${answer.join(' ')}`;
  };

  test('have the answer that the picture shows', () => {
    expect(asked('which')).toBe('which digits are there ? 7 3 7');
    expect(asked('count')).toBe('how many digits are there ? 3');
    expect(asked('sum')).toBe('what is the sum ? 17');
  });

  test('of where are about the first of its kind', () => {
    const all = new Set(Array.from({ length: 20 }, (_, i) => asked('where', i)));
    expect([...all].sort()).toEqual([
      'where is the 3 ? middle centre',
      'where is the 7 ? top right',
    ]);
  });

  test('are of every kind asked for, and of no other', () => {
    const kinds = (of: QuestionKind[]) =>
      new Set(Array.from({ length: 50 }, (_, i) => ask(scene, of, createRng(i)).kind));
    expect(kinds(['which', 'count', 'where', 'sum']).size).toBe(4);
    expect([...kinds(['sum'])]).toEqual(['sum']);
  });
});

describe('sequences', () => {
  const scene: Scene = {
    width: 56,
    height: 56,
    digits: [{ label: 4, image: 4, x: 28, y: 0, shift: { x: 0, y: 0 } }],
  };
  const sequence = (source = tinySource()) =>
    buildSequence(paint(scene, source.digits), ask(scene, ['sum'], createRng(1)), source);
  const words = (ids: ArrayLike<number>, source = tinySource()) =>
    Array.from(ids, (id) => source.vocabulary.wordOf(id)).join(' ');

  test('cut the picture row by row, and know where ink is', () => {
    const { patches, groups } = sequence();
    expect(patches.length).toBe(56 * 56);
    expect(groups.slice(0, 4)).toEqual(['background', 'ink', 'background', 'background']);
    expect(patches[784]).toBeCloseTo(104 / 255, 6);
    expect(patches.subarray(784, 1568).every((grey) => grey === patches[784])).toBe(true);
    expect(patches[783]).toBe(0);
  });

  test('keep the order of pixels within a patch', () => {
    const { digits, ...source } = tinySource({ patch: 14, step: 14 });
    const images = Uint8Array.from(digits.images, (_, i) => i % 251);
    const pixels = paint(scene, { ...digits, images });
    const question = ask(scene, ['sum'], createRng(1));
    const { patches } = buildSequence(pixels, question, { ...source });
    const at = (row: number, column: number, y: number, x: number) =>
      patches[((row * 4 + column) * 14 + y) * 14 + x]! * 255;
    expect(at(0, 2, 1, 3)).toBeCloseTo(pixels[1 * 56 + 28 + 3]!, 3);
    expect(at(1, 3, 5, 0)).toBeCloseTo(pixels[19 * 56 + 42]!, 3);
  });

  test('ask for the words of the answer and its end, from the word before each', () => {
    const { tokens, targets, groups } = sequence();
    expect(words(tokens)).toBe('what is the sum ? 4 <end> <end>');
    expect(targets.map(({ position }) => position)).toEqual([8, 9]);
    expect(words(targets.map(({ token }) => token))).toBe('4 <end>');
    expect(groups.slice(4)).toEqual([...new Array<string>(6).fill('words'), undefined, undefined]);
  });

  test('ask for every word after the first where all text counts', () => {
    const { targets } = sequence(tinySource({}, 'text'));
    expect(words(targets.map(({ token }) => token))).toBe('is the sum ? 4 <end>');
    expect(targets.map(({ inAnswer }) => inAnswer)).toEqual([
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
  });

  test('are as long where the redundancy is in the text: patches become filler', () => {
    const [vision, text] = [tinySource(), tinySource({ redundancy: 'text' })];
    expect(text.layout).toMatchObject({ rows: 1, columns: 2, patches: 2, filler: 2 });
    expect(text.layout.length).toBe(vision.layout.length);
    const drawn = draw(text, 'train', createRng(1));
    expect(words(drawn.sequence.tokens)).toMatch(/^well , (which|how|where|what) /);
    expect(drawn.sequence.groups.slice(2, 4)).toEqual(['filler', 'filler']);
    expect(drawn.pixels.length).toBe(28 * 56);
  });
});

test.each<[string, object]>([
  ['patches that do not divide the canvas', { data: { canvas: 60 } }],
  ['patches that do not divide a digit', { data: { canvas: 60, patch: 20 } }],
  ['more digits than there is room for', { data: { maxDigits: 5 } }],
  ['a least number above the most', { data: { minDigits: 3 } }],
  ['a kind of question twice', { data: { questions: ['sum', 'sum'] } }],
  ['an unknown kind of question', { data: { questions: ['why'] } }],
  ['a misspelt option', { data: { canvass: 56 } }],
])('options with %s are refused', (_name, options) => {
  expect(() => parsed(options)).toThrow(expect.objectContaining({ code: 'MOE_OPTIONS' }));
});
