"""Crops against loops over pixels written on their own: anywhere, of any size, with grey outside.

Not: how fast they are (benchmark), or what a net makes of them.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor

from rgbt_dualatt_ros.tracking.pair_cropper import as_planes, cut_crops

HEIGHT, WIDTH = 60, 90
DEVICES = [
    "cpu",
    pytest.param(
        "cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
    ),
]


@pytest.fixture(scope="module")
def images() -> NDArray[np.uint8]:
    """Noise: every wrong pixel shows."""
    return np.random.default_rng(0).integers(0, 256, (4, HEIGHT, WIDTH), np.uint8)


def pixel(image: NDArray[np.uint8], row: int, column: int) -> float:
    inside = 0 <= row < image.shape[0] and 0 <= column < image.shape[1]
    return float(image[row, column]) if inside else 128.0


def block_mean(image: NDArray[np.uint8], row: int, column: int, down: int, across: int) -> float:
    total = 0.0
    for dy in range(down):
        for dx in range(across):
            total += pixel(image, row * down + dy, column * across + dx)
    return total / (down * across)


def power_of_two_below(step: float) -> int:
    return 2 ** math.floor(math.log2(step)) if step > 1 else 1


def slow_crop(
    image: NDArray[np.uint8], box: list[float], side: int, padding: float
) -> NDArray[np.float64]:
    """One channel of one crop, pixel by pixel, from the definition."""
    x, y, w, h = box
    scale_x = w * (1 + 2 * padding / side) / side  # image pixels to a pixel of the crop
    scale_y = h * (1 + 2 * padding / side) / side
    across, down = power_of_two_below(scale_x), power_of_two_below(scale_y)
    crop = np.zeros((side, side))
    for i in range(side):
        for j in range(side):
            # Centre of the crop's pixel; pixel k of the image covers k .. k + 1.
            u = (x + w / 2 + (j + 0.5 - side / 2) * scale_x) / across - 0.5
            v = (y + h / 2 + (i + 0.5 - side / 2) * scale_y) / down - 0.5
            left, top = math.floor(u), math.floor(v)
            for row, vertical in ((top, 1 - (v - top)), (top + 1, v - top)):
                for column, horizontal in ((left, 1 - (u - left)), (left + 1, u - left)):
                    value = block_mean(image, row, column, down, across)
                    crop[i, j] += vertical * horizontal * value
    return crop


def compare(
    images: NDArray[np.uint8], boxes: list[list[float]], side: int, padding: float
) -> None:
    crops = cut_crops(torch.from_numpy(images), torch.tensor(boxes), side, padding)
    assert crops.dtype == torch.uint8
    assert crops.shape == (len(boxes), 4, side, side)
    for crop, box in zip(crops.numpy(), boxes, strict=True):
        for channel in range(4):
            expected = slow_crop(images[channel], box, side, padding)
            # Half a grey level is the rounding, the rest float32 coordinates between noisy pixels.
            assert np.abs(crop[channel] - expected).max() <= 0.51


BOXES = {
    "on pixels": [20.0, 10.0, 19.0, 19.0],
    "between pixels": [20.37, 10.81, 23.7, 17.2],
    "smaller than a pixel": [40.3, 20.6, 0.4, 0.7],
    "tiny": [33.2, 40.4, 8.0, 8.0],
    "over the left edge": [-7.3, 12.2, 20.0, 15.0],
    "over the lower right corner": [80.6, 50.1, 22.0, 31.0],
    "outside": [-60.0, 5.0, 20.0, 20.0],
    "far outside": [1e12, -1e12, 20.0, 20.0],
    "tall": [50.0, 2.0, 6.0, 55.0],
    "the whole image": [0.0, 0.0, 90.0, 60.0],
    "larger than the image": [-60.5, -50.25, 210.0, 160.0],
}


@pytest.mark.parametrize("box", BOXES.values(), ids=BOXES.keys())
def test_equal_to_the_slow_one(images: NDArray[np.uint8], box: list[float]) -> None:
    compare(images, [box], side=19, padding=3)


def test_a_batch_of_all_sizes_keeps_its_order(images: NDArray[np.uint8]) -> None:
    boxes = [box for name, box in BOXES.items() if name != "far outside"]
    compare(images, boxes + boxes[::-1], side=9, padding=1.5)


def test_the_paper_s_numbers(images: NDArray[np.uint8]) -> None:
    crops = cut_crops(torch.from_numpy(images), torch.tensor([[30.2, 20.3, 26.0, 21.0]]))
    assert crops.shape == (1, 4, 107, 107)
    expected = slow_crop(images[3], [30.2, 20.3, 26.0, 21.0], 107, 16)
    assert np.abs(crops[0, 3].numpy() - expected).max() <= 0.51


def test_the_target_fills_82_of_107_pixels() -> None:
    images = np.zeros((4, 200, 200), np.uint8)
    images[:, 60:120, 50:130] = 255
    crop = cut_crops(torch.from_numpy(images), torch.tensor([[50.0, 60.0, 80.0, 60.0]]))[0, 0]
    for line in (crop[53], crop[:, 53]):
        assert float(line.float().sum() / 255) == pytest.approx(107 / (1 + 32 / 107), abs=0.5)


@given(
    st.tuples(st.floats(-40, 100), st.floats(-40, 80), st.floats(0.5, 120), st.floats(0.5, 120))
)
@settings(deadline=None, max_examples=25)
def test_equal_to_the_slow_one_anywhere(box: tuple[float, float, float, float]) -> None:
    images = np.random.default_rng(1).integers(0, 256, (4, 40, 50), np.uint8)
    crops = cut_crops(torch.from_numpy(images), torch.tensor([box], dtype=torch.float64), 7, 1.0)
    expected = slow_crop(images[0], list(box), 7, 1.0)
    assert np.abs(crops[0, 0].numpy() - expected).max() <= 0.52


def test_fine_stripes_shrink_to_grey_and_not_to_other_stripes() -> None:
    stripes = np.zeros((4, 400, 400), np.uint8)
    stripes[:, :, ::2] = 254
    crop = cut_crops(torch.from_numpy(stripes), torch.tensor([[60.0, 60.0, 250.0, 250.0]]))
    assert 120 <= int(crop.min()) <= int(crop.max()) <= 134


def test_no_boxes_no_crops(images: NDArray[np.uint8]) -> None:
    assert cut_crops(torch.from_numpy(images), torch.zeros(0, 4)).shape == (0, 4, 107, 107)


@pytest.mark.parametrize("device", DEVICES)
def test_the_same_on_every_device(images: NDArray[np.uint8], device: str) -> None:
    boxes = torch.tensor([BOXES["tiny"], BOXES["larger than the image"]])
    there = cut_crops(torch.from_numpy(images).to(device), boxes.to(device), 31, 4.0)
    here = cut_crops(torch.from_numpy(images), boxes, 31, 4.0)
    assert there.device.type == device
    difference = (there.cpu().int() - here.int()).abs()
    assert int(difference.max()) <= 1


def test_planes_are_grey_minus_128_with_thermal_three_times() -> None:
    crops = torch.tensor([0, 100, 200, 255], dtype=torch.uint8).view(1, 4, 1, 1)
    color, thermal = as_planes(crops)

    def row(*values: float) -> Tensor:
        return torch.tensor(values, dtype=torch.float32).view(1, 3, 1, 1)

    torch.testing.assert_close(color, row(-128, -28, 72))
    torch.testing.assert_close(thermal, row(127, 127, 127))
