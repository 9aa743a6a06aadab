"""A GPU's kernels of the mask decoder, in Triton: in torch a layer is eighty small steps.

All products are of float32, as exact as a CPU's. Shapes are those of the decoder: G scenes, Q text
rows of all sentences of a scene, S superpoints, H heads; POSITION is the width of preferences for
positions, cosines and then sines, POSITION_BLOCK it or more, a power of two.
"""

from __future__ import annotations

import triton
import triton.language as tl


@triton.jit
def _rows_of(pointer, first, rows, width, ROWS: tl.constexpr, WIDTH: tl.constexpr):
    """Rows first ... of [rows, width], contiguous; zeros beyond."""
    row, column = first + tl.arange(0, ROWS), tl.arange(0, WIDTH)
    inside = (row < rows)[:, None] & (column < width)[None, :]
    return tl.load(pointer + row[:, None] * width + column[None, :], mask=inside, other=0.0)


@triton.jit
def _product(one, other):
    """one @ other^T."""
    return tl.dot(one, tl.trans(other), input_precision="ieee")


@triton.jit(do_not_specialize=("count", "rows", "blocks"))
def draw_kernel(
    queries,
    preference,
    features,
    positions,
    places,
    padding,
    logits,
    sums,
    count,
    rows,
    blocks,
    WIDTH: tl.constexpr,
    POSITION: tl.constexpr,
    POSITION_BLOCK: tl.constexpr,
    ROWS: tl.constexpr,
    BLOCK: tl.constexpr,
):
    """Mask logits [G, Q, S], and of each block of superpoints what finish_kernel sums up.

    queries [G, Q, WIDTH] . features [G, S, WIDTH] + preference [G, Q, POSITION] . positions
    [G, S, POSITION]; sums [5, G, Q, blocks]: probability, it times places [G, S, 3], number of
    superpoints that are on.
    """
    block, first, scene = tl.program_id(0), tl.program_id(1) * ROWS, tl.program_id(2).to(tl.int64)
    begin = block * BLOCK
    own_queries, own_points = scene * rows, scene * count
    fit = _product(
        _rows_of(queries + own_queries * WIDTH, first, rows, WIDTH, ROWS, WIDTH),
        _rows_of(features + own_points * WIDTH, begin, count, WIDTH, BLOCK, WIDTH),
    )
    if POSITION > 0:
        fit += _product(
            _rows_of(
                preference + own_queries * POSITION, first, rows, POSITION, ROWS, POSITION_BLOCK
            ),
            _rows_of(
                positions + own_points * POSITION, begin, count, POSITION, BLOCK, POSITION_BLOCK
            ),
        )
    row, point = first + tl.arange(0, ROWS), begin + tl.arange(0, BLOCK)
    is_row, inside = row < rows, point < count
    tl.store(
        logits + (own_queries + row)[:, None] * count + point[None, :],
        fit,
        mask=is_row[:, None] & inside[None, :],
    )
    is_padding = tl.load(padding + own_points + point, mask=inside, other=1)
    valid = inside & (is_padding == 0)
    probability = tl.where(valid[None, :], 1.0 / (1.0 + tl.exp(-fit)), 0.0)
    part = tl.num_programs(2).to(tl.int64) * rows * blocks
    into = sums + (own_queries + row) * blocks + block
    tl.store(into, tl.sum(probability, axis=1), mask=is_row)
    for axis in tl.static_range(3):
        place = tl.load(places + (own_points + point) * 3 + axis, mask=valid, other=0.0)
        weighed = tl.sum(probability * place[None, :], axis=1)
        tl.store(into + (axis + 1) * part, weighed, mask=is_row)
    on = tl.sum((probability >= 0.5).to(tl.float32), axis=1)
    tl.store(into + 4 * part, on, mask=is_row)


@triton.jit
def _summed(sums, row, is_row, blocks, ROWS: tl.constexpr):
    """(ROWS,) sums over blocks of [..., blocks]."""
    total = tl.zeros([ROWS, 32], tl.float32)
    for first in range(0, blocks, 32):
        block = first + tl.arange(0, 32)
        inside = is_row[:, None] & (block < blocks)[None, :]
        total += tl.load(sums + row[:, None] * blocks + block[None, :], mask=inside, other=0.0)
    return tl.sum(total, axis=1)


@triton.jit(do_not_specialize=("count", "rows", "blocks"))
def finish_kernel(
    logits,
    padding,
    sums,
    visible,
    centroids,
    count,
    rows,
    blocks,
    ROWS: tl.constexpr,
    BLOCK: tl.constexpr,
):
    """What a query may look at, visible [G, Q, S], and centroids [G, Q, 3]; see draw_kernel."""
    block, first, scene = tl.program_id(0), tl.program_id(1) * ROWS, tl.program_id(2).to(tl.int64)
    row, point = first + tl.arange(0, ROWS), block * BLOCK + tl.arange(0, BLOCK)
    is_row, inside = row < rows, point < count
    row = scene * rows + row
    part = tl.num_programs(2).to(tl.int64) * rows * blocks
    is_padding = tl.load(padding + scene * count + point, mask=inside, other=1)
    valid = inside & (is_padding == 0)
    place = row[:, None] * count + point[None, :]
    stored = is_row[:, None] & inside[None, :]
    fit = tl.load(logits + place, mask=stored, other=0.0)
    on = (1.0 / (1.0 + tl.exp(-fit)) >= 0.5) & valid[None, :]
    all_on = _summed(sums + 4 * part, row, is_row, blocks, ROWS)
    none = all_on == 0.0
    tl.store(visible + place, on | (none[:, None] & valid[None, :]), mask=stored)
    if block == 0:
        total = tl.maximum(_summed(sums, row, is_row, blocks, ROWS), 1e-6)
        for axis in tl.static_range(3):
            weighed = _summed(sums + (axis + 1) * part, row, is_row, blocks, ROWS)
            tl.store(centroids + row * 3 + axis, weighed / total, mask=is_row)


@triton.jit(do_not_specialize=("count", "rows", "steps", "key_row", "key_head", "key_scene"))
def attend_kernel(
    query,
    preference,
    keys,
    values,
    positions,
    visible,
    attended,
    weights,
    count,
    rows,
    steps,
    key_row,
    key_head,
    key_scene,
    scale,
    HEADS: tl.constexpr,
    WIDTH: tl.constexpr,
    POSITION: tl.constexpr,
    POSITION_BLOCK: tl.constexpr,
    ROWS: tl.constexpr,
    BLOCK: tl.constexpr,
):
    """Attention to `steps` blocks of superpoints, before it is divided by the weights' sum.

    softmax(query [G, Q, H, WIDTH] . keys [G, H, S, WIDTH], with strides, * scale + preference
    [G, Q, H, POSITION] . positions [G, S, POSITION]) . values [G, H, S, WIDTH]; attended
    [G H, Q, splits, WIDTH], weights [2, G H, Q, splits] their highest exponent and their sum.
    """
    split, first, batch = tl.program_id(0), tl.program_id(1) * ROWS, tl.program_id(2)
    scene, head = (batch // HEADS).to(tl.int64), batch % HEADS
    row, column, place = tl.arange(0, ROWS) + first, tl.arange(0, WIDTH), tl.arange(0, BLOCK)
    wave = tl.arange(0, POSITION_BLOCK)
    is_row = row < rows
    of_head = ((scene * rows + row) * HEADS + head)[:, None]
    own = tl.load(query + of_head * WIDTH + column[None, :], mask=is_row[:, None], other=0.0)
    wanted = tl.load(
        preference + of_head * POSITION + wave[None, :],
        mask=is_row[:, None] & (wave < POSITION)[None, :],
        other=0.0,
    )
    highest = tl.full([ROWS], float("-inf"), tl.float32)
    total = tl.zeros([ROWS], tl.float32)
    sums = tl.zeros([ROWS, WIDTH], tl.float32)
    for step in range(steps):
        point = (split * steps + step) * BLOCK + place
        inside = point < count
        key = tl.load(
            keys + scene * key_scene + head * key_head + point[:, None] * key_row + column[None, :],
            mask=inside[:, None],
            other=0.0,
        )
        position = tl.load(
            positions + (scene * count + point)[:, None] * POSITION + wave[None, :],
            mask=inside[:, None] & (wave < POSITION)[None, :],
            other=0.0,
        )
        seen = tl.load(
            visible + (scene * rows + row)[:, None] * count + point[None, :],
            mask=is_row[:, None] & inside[None, :],
            other=0,
        )
        fit = _product(own, key) * scale + _product(wanted, position)
        fit = tl.where(seen != 0, fit, float("-inf"))
        higher = tl.maximum(highest, tl.max(fit, axis=1))
        reference = tl.where(higher == float("-inf"), 0.0, higher)
        weight = tl.exp(fit - reference[:, None])
        kept = tl.exp(highest - reference)
        value = tl.load(
            values + ((scene * HEADS + head) * count + point)[:, None] * WIDTH + column[None, :],
            mask=inside[:, None],
            other=0.0,
        )
        total = total * kept + tl.sum(weight, axis=1)
        sums = sums * kept[:, None] + tl.dot(weight, value, input_precision="ieee")
        highest = higher
    splits = tl.num_programs(0)
    into = (batch.to(tl.int64) * rows + row) * splits + split
    part = tl.num_programs(2).to(tl.int64) * rows * splits
    tl.store(attended + into[:, None] * WIDTH + column[None, :], sums, mask=is_row[:, None])
    tl.store(weights + into, highest, mask=is_row)
    tl.store(weights + part + into, total, mask=is_row)


@triton.jit(do_not_specialize=("rows", "splits"))
def combine_kernel(
    attended,
    weights,
    out,
    rows,
    splits,
    HEADS: tl.constexpr,
    WIDTH: tl.constexpr,
    SPLITS: tl.constexpr,
):
    """attend_kernel's parts put together: out [G, Q, H, WIDTH]."""
    row, batch = tl.program_id(0), tl.program_id(1).to(tl.int64)
    split, column = tl.arange(0, SPLITS), tl.arange(0, WIDTH)
    inside = split < splits
    into = (batch * rows + row) * splits + split
    part = tl.num_programs(1).to(tl.int64) * rows * splits
    highest = tl.load(weights + into, mask=inside, other=float("-inf"))
    kept = tl.exp(highest - tl.max(highest, axis=0))
    total = tl.sum(kept * tl.load(weights + part + into, mask=inside, other=0.0), axis=0)
    sums = tl.load(
        attended + into[:, None] * WIDTH + column[None, :], mask=inside[:, None], other=0.0
    )
    of_head = (batch // HEADS * rows + row) * HEADS + batch % HEADS
    tl.store(out + of_head * WIDTH + column, tl.sum(sums * kept[:, None], axis=0) / total)


@triton.jit(do_not_specialize=("rows", "mask_row"))
def reference_kernel(
    matched,
    words,
    connected,
    waves,
    looked,
    references,
    preference,
    rows,
    mask_row,
    scale,
    HEADS: tl.constexpr,
    MATCH: tl.constexpr,
    POSITION: tl.constexpr,
    POSITION_BLOCK: tl.constexpr,
    ROWS: tl.constexpr,
    TEXT: tl.constexpr,
):
    """Each head's reference position, and its attention's preference about that position.

    Of each sentence: matched [rows, 2, H, MATCH] asking and asked, words [rows, 3], connected
    [1 or rows, rows] by the stride mask_row, looked, references and preference
    [rows, H, POSITION]; waves [POSITION / 2, 3].
    """
    first, sentence, head = tl.program_id(0) * ROWS, tl.program_id(1).to(tl.int64), tl.program_id(2)
    row, other, column = first + tl.arange(0, ROWS), tl.arange(0, TEXT), tl.arange(0, MATCH)
    is_row, is_other = row < rows, other < rows
    begin = sentence * rows
    asking = tl.load(
        matched + ((begin + row) * 2 * HEADS + head)[:, None] * MATCH + column[None, :],
        mask=is_row[:, None],
        other=0.0,
    )
    asked = tl.load(
        matched + (((begin + other) * 2 + 1) * HEADS + head)[:, None] * MATCH + column[None, :],
        mask=is_other[:, None],
        other=0.0,
    )
    mask_rows = tl.where(mask_row > 0, rows, 1)
    heard = tl.load(
        connected
        + sentence * mask_rows * rows
        + row[:, None].to(tl.int64) * mask_row
        + other[None, :],
        mask=is_row[:, None] & is_other[None, :],
        other=0,
    )
    fit = tl.where(heard != 0, _product(asking, asked) * scale, float("-inf"))
    highest = tl.max(fit, axis=1)
    weight = tl.exp(fit - tl.where(highest == float("-inf"), 0.0, highest)[:, None])
    weight /= tl.maximum(tl.sum(weight, axis=1), 1e-30)[:, None]
    half = POSITION // 2
    wave = tl.arange(0, POSITION_BLOCK // 2)
    is_wave = wave < half
    phase = tl.zeros([ROWS, POSITION_BLOCK // 2], tl.float32)
    for axis in tl.static_range(3):
        place = tl.load(words + (begin + other) * 3 + axis, mask=is_other, other=0.0)
        vector = tl.load(waves + wave * 3 + axis, mask=is_wave, other=0.0)
        phase += tl.sum(weight * place[None, :], axis=1)[:, None] * vector[None, :]
    cos, sin = tl.cos(phase), tl.sin(phase)
    into = (((begin + row) * HEADS + head) * POSITION)[:, None] + wave[None, :]
    stored = is_row[:, None] & is_wave[None, :]
    tl.store(references + into, cos, mask=stored)
    tl.store(references + into + half, sin, mask=stored)
    a = tl.load(looked + into, mask=stored, other=0.0)
    b = tl.load(looked + into + half, mask=stored, other=0.0)
    tl.store(preference + into, a * cos - b * sin, mask=stored)
    tl.store(preference + into + half, a * sin + b * cos, mask=stored)


@triton.jit
def shift_kernel(
    drawn,
    references,
    preference,
    HEADS: tl.constexpr,
    POSITION: tl.constexpr,
    POSITION_BLOCK: tl.constexpr,
):
    """preference [rows, POSITION]: of all heads together, drawn [rows, H, POSITION] shifted."""
    row = tl.program_id(0).to(tl.int64)
    half = POSITION // 2
    wave = tl.arange(0, POSITION_BLOCK // 2)
    is_wave = wave < half
    first = tl.zeros([POSITION_BLOCK // 2], tl.float32)
    second = tl.zeros([POSITION_BLOCK // 2], tl.float32)
    for head in tl.static_range(HEADS):
        at = (row * HEADS + head) * POSITION + wave
        cos = tl.load(references + at, mask=is_wave, other=0.0)
        sin = tl.load(references + at + half, mask=is_wave, other=0.0)
        a = tl.load(drawn + at, mask=is_wave, other=0.0)
        b = tl.load(drawn + at + half, mask=is_wave, other=0.0)
        first += a * cos - b * sin
        second += a * sin + b * cos
    tl.store(preference + row * POSITION + wave, first, mask=is_wave)
    tl.store(preference + row * POSITION + half + wave, second, mask=is_wave)
