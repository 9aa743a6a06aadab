"""GPU kernels, in Triton, for batch norm and ReLU over the first used[0] rows of a tensor.

Statistics are made in parts of rows, each by a program of its own, and joined in a fixed order, so
that they are the same at every run.
"""

from __future__ import annotations

import triton
import triton.language as tl


@triton.jit(do_not_specialize=("used", "channels"))
def statistics_kernel(source, used, partial, channels, BLOCK: tl.constexpr, CHANNELS: tl.constexpr):
    """partial [P, 2, channels]: the mean of each part's rows, and their squared distances from it.

    Parts are those of `_part`. Means of blocks are joined as by Chan, Golub and LeVeque (1979).
    """
    start, end = _part(used)
    channel = tl.program_id(1) * CHANNELS + tl.arange(0, CHANNELS)
    own = channel < channels
    count = 0.0
    mean = tl.zeros((CHANNELS,), dtype=tl.float32)
    squares = tl.zeros((CHANNELS,), dtype=tl.float32)
    for begin in range(start, end, BLOCK):
        row = begin + tl.arange(0, BLOCK)
        mask = (row < end)[:, None] & own[None, :]
        place = row[:, None].to(tl.int64) * channels + channel[None, :]
        number = tl.load(source + place, mask=mask, other=0.0).to(tl.float32)
        more = tl.minimum(end - begin, BLOCK).to(tl.float32)
        block_mean = tl.sum(number, axis=0) / more
        centred = tl.where(mask, number - block_mean[None, :], 0.0)
        together = count + more
        apart = block_mean - mean
        squares += tl.sum(centred * centred, axis=0) + apart * apart * (count * more / together)
        mean += apart * (more / together)
        count = together
    place = partial + tl.program_id(0) * 2 * channels + channel
    tl.store(place, mean, mask=own)
    tl.store(place + channels, squares, mask=own)


@triton.jit(do_not_specialize=("used", "channels", "momentum", "epsilon"))
def join_statistics_kernel(
    partial,
    used,
    weight,
    bias,
    running_mean,
    running_variance,
    folded,
    channels,
    momentum,
    epsilon,
    PARTS: tl.constexpr,
    CHANNELS: tl.constexpr,
):
    """folded [4, channels] of all parts: scale, shift, mean and 1 / deviation; running ones move.

    With x the numbers, max(0, x * scale + shift) is their batch norm and ReLU.
    """
    channel = tl.program_id(0) * CHANNELS + tl.arange(0, CHANNELS)
    own = channel < channels
    rows = tl.load(used)
    each = tl.cdiv(rows, PARTS)
    part = tl.arange(0, PARTS)
    counts = tl.maximum(tl.minimum(rows - part * each, each), 0).to(tl.float32)[:, None]
    count = tl.maximum(rows, 1).to(tl.float32)
    place = partial + part[:, None] * 2 * channels + channel[None, :]
    means = tl.load(place, mask=own[None, :], other=0.0)
    mean = tl.sum(means * counts, axis=0) / count
    apart = means - mean[None, :]
    squares = tl.sum(tl.load(place + channels, mask=own[None, :], other=0.0), axis=0)
    squares += tl.sum(apart * apart * counts, axis=0)
    inverse = 1.0 / tl.sqrt(squares / count + epsilon)
    scale = tl.load(weight + channel, mask=own, other=0.0) * inverse
    shift = tl.load(bias + channel, mask=own, other=0.0) - mean * scale
    tl.store(folded + channel, scale, mask=own)
    tl.store(folded + channels + channel, shift, mask=own)
    tl.store(folded + 2 * channels + channel, mean, mask=own)
    tl.store(folded + 3 * channels + channel, inverse, mask=own)
    before = tl.load(running_mean + channel, mask=own, other=0.0)
    tl.store(running_mean + channel, before + momentum * (mean - before), mask=own)
    before = tl.load(running_variance + channel, mask=own, other=0.0)
    variance = squares / tl.maximum(count - 1.0, 1.0)
    tl.store(running_variance + channel, before + momentum * (variance - before), mask=own)


@triton.jit(do_not_specialize=("used", "channels"))
def gradient_sums_kernel(
    source, grad, folded, used, partial, channels, BLOCK: tl.constexpr, CHANNELS: tl.constexpr
):
    """partial [P, 2, channels]: each part's sums of the gradient behind the ReLU, of this times the
    normed numbers and of this; the gradients of weight and bias."""
    start, end = _part(used)
    channel = tl.program_id(1) * CHANNELS + tl.arange(0, CHANNELS)
    own = channel < channels
    scale = tl.load(folded + channel, mask=own, other=0.0)
    shift = tl.load(folded + channels + channel, mask=own, other=0.0)
    mean = tl.load(folded + 2 * channels + channel, mask=own, other=0.0)
    inverse = tl.load(folded + 3 * channels + channel, mask=own, other=0.0)
    to_weight = tl.zeros((CHANNELS,), dtype=tl.float32)
    to_bias = tl.zeros((CHANNELS,), dtype=tl.float32)
    for begin in range(start, end, BLOCK):
        row = begin + tl.arange(0, BLOCK)
        mask = (row < end)[:, None] & own[None, :]
        place = row[:, None].to(tl.int64) * channels + channel[None, :]
        number = tl.load(source + place, mask=mask, other=0.0).to(tl.float32)
        behind = tl.load(grad + place, mask=mask, other=0.0).to(tl.float32)
        behind = tl.where(number * scale[None, :] + shift[None, :] > 0, behind, 0.0)
        to_weight += tl.sum(behind * (number - mean[None, :]) * inverse[None, :], axis=0)
        to_bias += tl.sum(behind, axis=0)
    place = partial + tl.program_id(0) * 2 * channels + channel
    tl.store(place, to_weight, mask=own)
    tl.store(place + channels, to_bias, mask=own)


@triton.jit(do_not_specialize=("used", "rows", "channels"))
def gradient_kernel(source, grad, folded, sums, used, out, rows, channels, BLOCK: tl.constexpr):
    """One block of the gradient of batch norm and ReLU with respect to the numbers; zeros in rows
    that are not used.

    Args: sums [2, channels], those of all parts.
    """
    begin = tl.program_id(0).to(tl.int64) * BLOCK
    index = begin + tl.arange(0, BLOCK)
    inside = index < rows.to(tl.int64) * channels
    count = tl.load(used)
    there = index < count.to(tl.int64) * channels
    # In 32 bits: dividing 64 takes longer than all the rest.
    channel = ((begin % channels).to(tl.int32) + tl.arange(0, BLOCK)) % channels
    number = tl.load(source + index, mask=there, other=0.0).to(tl.float32)
    behind = tl.load(grad + index, mask=there, other=0.0).to(tl.float32)
    scale = tl.load(folded + channel)
    shift = tl.load(folded + channels + channel)
    normed = (number - tl.load(folded + 2 * channels + channel)) * tl.load(
        folded + 3 * channels + channel
    )
    behind = tl.where(number * scale + shift > 0, behind, 0.0)
    to_weight, to_bias = tl.load(sums + channel), tl.load(sums + channels + channel)
    least = tl.maximum(count, 1).to(tl.float32)
    result = scale * (behind - (normed * to_weight + to_bias) / least)
    tl.store(out + index, tl.where(there, result, 0.0).to(out.dtype.element_ty), mask=inside)


@triton.jit
def _part(used):
    """First row and end of this program's part of the first used[0] rows."""
    rows = tl.load(used)
    each = tl.cdiv(rows, tl.num_programs(0))
    start = tl.program_id(0) * each
    return start, tl.minimum(start + each, rows)
