"""Where a tracker looked for its target, drawn on a picture: proposals by source, and regions.

Proposals around the last box are blue, those of global attention yellow and larger: people who see
few colours can tell these two apart, and their lightness and size differ, too.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.explanation import GlobalAttentionMap
from rgbt_dualatt_ros.core.proposals import ProposalSet, ProposalSource
from rgbt_dualatt_ros.visualization.drawing import (
    NEARLY_BLACK,
    WHITE,
    Color,
    RgbImage,
    Stroke,
    box_strokes,
    draw_box,
    draw_tag,
)

SOURCE_COLORS: Mapping[ProposalSource, Color] = {
    ProposalSource.LOCAL: (86, 180, 233),
    ProposalSource.GLOBAL: (240, 228, 66),
}
_RADII: Mapping[ProposalSource, float] = {ProposalSource.LOCAL: 1.0, ProposalSource.GLOBAL: 2.0}
"""Of a dot, px, on a picture of so many rows:"""
_ROWS = 480
_THIN = 0.5
_SMALL = 0.8


def draw_proposals(view: RgbImage, proposals: ProposalSet, boldness: float = 1.0) -> None:
    """A dot at the centre of each proposal, those of global attention on top."""
    height, width = view.shape[:2]
    centers = proposals.boxes[:, :2] + proposals.boxes[:, 2:] / 2
    # Far outside it would overflow the integers of OpenCV.
    at = np.rint(np.clip(centers, -height - width, 2 * (height + width))).astype(int)
    for source in ProposalSource:
        radius = max(1, round(_RADII[source] * boldness * height / _ROWS))
        dots = at[proposals.source == source].tolist()
        if source is ProposalSource.GLOBAL:  # few, and worth a rim; the many would be one blot
            for dot in dots:
                cv2.circle(view, dot, radius + 1, NEARLY_BLACK, cv2.FILLED)
        for dot in dots:
            cv2.circle(view, dot, radius, SOURCE_COLORS[source], cv2.FILLED)


def draw_regions(view: RgbImage, attention: GlobalAttentionMap, boldness: float = 1.0) -> None:
    """A thin box around each region."""
    for region in attention.regions:
        box = Box.from_sequence(region)
        draw_box(view, box, SOURCE_COLORS[ProposalSource.GLOBAL], "whole", boldness * _THIN)


def region_strokes(attention: GlobalAttentionMap) -> list[Stroke]:
    """The strokes of `draw_regions`, from point to point, in whole px."""
    boxes = map(Box.from_sequence, attention.regions)
    return [stroke for box in boxes for stroke in box_strokes(box, "whole")]


def draw_region_scores(
    view: RgbImage, attention: GlobalAttentionMap, boldness: float = 1.0
) -> None:
    """Number and score at the lower left corner of each region, the best one on top."""
    height, width = view.shape[:2]
    numbered = list(enumerate(zip(attention.regions, attention.scores, strict=True), 1))
    for number, ((x, y, _, h), score) in reversed(numbered):
        corner = int(np.clip(x, 0, width)), int(np.clip(y + h, 0, height))
        color = SOURCE_COLORS[ProposalSource.GLOBAL] if number == 1 else WHITE
        draw_tag(view, f"{number}: {score:.2f}", corner, color, boldness * _SMALL)
