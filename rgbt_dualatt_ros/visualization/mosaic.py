"""Four panels of one pair: both images, local and global attention; to be read at a glance.

Letters and strokes are twice as large as elsewhere, for viewers show the four panels in the place
of one.
"""

from __future__ import annotations

import numpy as np

from rgbt_dualatt_ros.core.proposals import ProposalSource
from rgbt_dualatt_ros.visualization.drawing import (
    WHITE,
    Color,
    RgbImage,
    draw_notice,
    draw_predicted_box,
    draw_state,
    draw_tag,
)
from rgbt_dualatt_ros.visualization.global_heatmap import draw_global_attention
from rgbt_dualatt_ros.visualization.heatmap import draw_attention_of
from rgbt_dualatt_ros.visualization.overlay import draw_legend
from rgbt_dualatt_ros.visualization.search_marks import SOURCE_COLORS, draw_proposals
from rgbt_dualatt_ros.visualization.searched_pair import SearchedPair

_BOLDNESS = 2.0
_LOCAL = "local attention"
_NAMES = {ProposalSource.LOCAL: "local", ProposalSource.GLOBAL: "global"}


def draw_mosaic(searched: SearchedPair) -> RgbImage:
    """Colour with proposals, state and box | thermal with box; local | global attention.

    A line below them tells which kind of proposal won, and the colours of both.

    Returns:
        `(2 H + line, 2 W, 3)`, a new picture.

    Raises:
        FramePairError: when a map does not fit the images, or is none.
    """
    upper = np.concatenate([_draw_colour(searched), _draw_thermal(searched)], axis=1)
    lower = np.concatenate(
        [_draw_local(searched), draw_global_attention(searched, _BOLDNESS)], axis=1
    )
    panels = np.concatenate([upper, lower])
    _draw_gaps(panels)
    return np.concatenate([panels, draw_legend(panels, _winner(searched), _labels(searched))])


def _draw_colour(searched: SearchedPair) -> RgbImage:
    view = searched.pair.rgb.copy()
    if searched.prediction is not None:
        if searched.search is not None:
            draw_proposals(view, searched.search.proposals, _BOLDNESS)
        draw_predicted_box(view, searched.prediction, _BOLDNESS)
    draw_state(view, searched.prediction, _BOLDNESS)
    return view


def _draw_thermal(searched: SearchedPair) -> RgbImage:
    view = np.repeat(searched.pair.thermal[..., None], 3, axis=2)
    if searched.prediction is not None:
        draw_predicted_box(view, searched.prediction, _BOLDNESS)
    draw_tag(view, "thermal", (4, 4), WHITE, _BOLDNESS)
    return view


def _draw_local(searched: SearchedPair) -> RgbImage:
    pair, maps = searched.pair, searched.local
    if maps is not None and searched.prediction is not None:
        return draw_attention_of(pair, maps.target, _LOCAL, searched.prediction, _BOLDNESS)
    view = pair.rgb.copy()
    draw_notice(view, searched.without_local, _BOLDNESS)
    draw_tag(view, _LOCAL, (4, 4), WHITE, _BOLDNESS)
    return view


def _draw_gaps(panels: RgbImage) -> None:
    """Dark lines between the panels, for two dark images run into each other."""
    height, width = panels.shape[0] // 2, panels.shape[1] // 2
    half = max(1, height // 240)
    panels[height - half : height + half] = 0
    panels[:, width - half : width + half] = 0


def _winner(searched: SearchedPair) -> str:
    if searched.prediction is None:
        return "no target"
    if searched.search is not None and len(searched.search.proposals.boxes) == 0:
        return "nothing scored"
    return f"won by {_NAMES[searched.prediction.source]}"


def _labels(searched: SearchedPair) -> list[tuple[str, Color]]:
    if searched.search is None or searched.prediction is None:
        return []
    source_of = searched.search.proposals.source
    return [
        (f"{int((source_of == source).sum())} {_NAMES[source]} proposals", SOURCE_COLORS[source])
        for source in ProposalSource
    ]
