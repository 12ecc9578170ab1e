"""Crops of both images around boxes, cut and resized in one batched operation on their device.

A crop shows the box and around it 16/107 of the box's size on each side: the region is the box
enlarged by `1 + 2 * 16 / 107` about its centre, and the target fills 82 of the 107 px. Width and
height are resized each by its own factor, bilinearly; what lies outside the image is grey 128.

A region that must shrink twofold or more, across or down, is read from an image whose pixels were
averaged by 2, 4, ... in that direction first, so that fine patterns do not alias. Below that, the
result is plain bilinear interpolation.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from rgbt_dualatt_ros.models.vgg_m import CROP_SIDE

BORDER = 16
GREY = 128
# The coordinates of so many crops stay in a CPU's cache: three times as fast as all at once. On a
# GPU they bound the memory.
_AT_ONCE = {"cpu": 16}
_AT_ONCE_ELSEWHERE = 512


@torch.no_grad()
def cut_crops(
    pair_images: Tensor, boxes: Tensor, side: int = CROP_SIDE, padding: float = BORDER
) -> Tensor:
    """Crops `(N, 4, side, side)` uint8 of boxes, red, green, blue and thermal as one image.

    Args:
        pair_images: `(4, H, W)` uint8.
        boxes: `(N, 4)` x, y, w, h in px on the same device; may leave the image.
        side: of a crop, px.
        padding: border on each side, in `side`-ths of the box's size.
    """
    crops = pair_images.new_empty(len(boxes), len(pair_images), side, side)
    if not len(boxes):
        return crops
    centered = pair_images.float()[None] - GREY  # the border that grid_sample adds is zero
    start, step = _regions(boxes.double(), side, padding)
    shrink = torch.exp2(torch.log2(step.clamp_min(1)).floor()).int()  # (N, 2): 1, 2, 4, ...
    at_once = _AT_ONCE.get(pair_images.device.type, _AT_ONCE_ELSEWHERE)
    for across, down in torch.unique(shrink, dim=0).tolist():
        image = _shrunk(centered, across, down)
        of_this = ((shrink[:, 0] == across) & (shrink[:, 1] == down)).nonzero()[:, 0]
        for some in of_this.split(at_once):
            crops[some] = _read(image, start[some], step[some], (across, down), side)
    return crops


def as_planes(crops: Tensor) -> tuple[Tensor, Tensor]:
    """What the two streams of a net take, from crops `(N, 4, s, s)` uint8.

    Returns:
        Colour and thermal `(N, 3, s, s)` float, grey minus 128; thermal is three equal planes.
    """
    centered = crops.float() - GREY
    return centered[:, :3], centered[:, 3:].expand(-1, 3, -1, -1)


def _regions(boxes: Tensor, side: int, padding: float) -> tuple[Tensor, Tensor]:
    """Left and top edge of each region `(N, 2)` and the pixels a crop's pixel spans `(N, 2)`."""
    corner, size = boxes[:, :2], boxes[:, 2:]
    border = size * (padding / side)
    return corner - border, (size + 2 * border) / side


def _shrunk(centered: Tensor, across: int, down: int) -> Tensor:
    if across == down == 1:
        return centered
    height, width = centered.shape[-2:]
    filled = functional.pad(centered, (0, -width % across, 0, -height % down))
    return functional.avg_pool2d(filled, (down, across))


def _read(
    image: Tensor, start: Tensor, step: Tensor, shrink: tuple[int, int], side: int
) -> Tensor:
    """Crops `(n, C, side, side)` uint8 from one image `(1, C, h, w)`."""
    count, (height, width) = len(start), image.shape[-2:]
    middles = torch.arange(side, device=start.device) + 0.5  # of a crop's pixels
    sides = start.new_tensor([width, height])
    # In pixels of `image`, then on grid_sample's scale: -1 and 1 are the image's outer edges.
    places = (start[:, :, None] + step[:, :, None] * middles) / start.new_tensor(shrink)[:, None]
    # Farther out than a pixel there is only grey, and numbers too large for an index.
    places = places.maximum(places.new_tensor(-2.0)).minimum(sides[:, None] + 2)
    grid = (places * 2 / sides[:, None] - 1).float()  # (n, 2, side)
    across = grid[:, 0, None, :].expand(-1, side, -1)
    down = grid[:, 1, :, None].expand(-1, -1, side)
    read = functional.grid_sample(
        image,
        torch.stack([across, down], dim=-1).view(1, count * side, side, 2),
        mode="bilinear",
        padding_mode="zeros",
        align_corners=False,
    )
    rounded = read.add_(GREY + 0.5).clamp_(0, 255).to(torch.uint8)  # (1, C, n * side, side)
    return rounded.view(-1, count, side, side).transpose(0, 1)
