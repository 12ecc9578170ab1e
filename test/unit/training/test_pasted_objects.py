"""Objects laid into both images."""

from __future__ import annotations

import numpy as np
import pytest

from rgbt_dualatt_ros.core.attention_pairs_config import PairConfig
from rgbt_dualatt_ros.training.global_attention.draft import Draft, Instant
from rgbt_dualatt_ros.training.global_attention.pasted_objects import (
    covered,
    draw_object,
    paste_objects,
)
from rgbt_dualatt_ros.training.global_attention.textures import Textures


@pytest.fixture(scope="module")
def textures() -> Textures:
    return Textures()


def _draft() -> Draft:
    ids = np.array([5], np.int64)
    boxes = np.array([[60, 40, 20, 40]], np.float32)
    instants = [
        Instant(
            np.full((120, 160, 3), 90, np.uint8), np.full((120, 160), 50, np.uint8), ids, boxes
        )
        for _ in range(2)
    ]
    return Draft(instants[0], instants[1], ids, np.ones(1, np.float32), ids)


def test_objects_are_where_their_boxes_say(textures: Textures) -> None:
    config = PairConfig(pasted_absent=0.0, most_pasted=3)
    draft = _draft()
    for seed in range(20):
        pasted = paste_objects(draft, config, textures, np.random.default_rng(seed))
        for before, after in ((draft.first, pasted.first), (draft.search, pasted.search)):
            changed = (after.rgb != before.rgb).any(axis=2) | (after.thermal != before.thermal)
            inside = np.zeros_like(changed)
            for x, y, width, height in after.boxes[after.ids < 0].astype(int):
                window = np.s_[y : y + height, x : x + width]
                inside[window] = True
                assert changed[window].mean() > 0.1
            assert not (changed & ~inside).any()
            assert (before.rgb == 90).all(), "the stored frame has been painted on"


def test_new_objects_are_candidates_and_hidden_things_are_none(textures: Textures) -> None:
    config = PairConfig(pasted_absent=0.0, most_pasted=4)
    was_hidden = False
    for seed in range(60):
        pasted = paste_objects(_draft(), config, textures, np.random.default_rng(seed))
        assert set(pasted.first.ids[pasted.first.ids < 0]) <= set(pasted.candidates)
        assert len(pasted.candidates) == len(pasted.weights)
        shares = [
            covered(np.array([[60, 40, 20, 40]], np.float32), box)[0]
            for one in (pasted.first, pasted.search)
            for box in one.boxes[one.ids < 0]
        ]
        is_hidden = max(shares, default=0.0) > 0.4
        assert (5 in pasted.candidates) != is_hidden
        was_hidden |= is_hidden
    assert was_hidden


def test_absent_objects_are_in_the_first_image_only(textures: Textures) -> None:
    config = PairConfig(pasted_absent=1.0)
    pasted = paste_objects(_draft(), config, textures, np.random.default_rng(0))
    assert (pasted.first.ids < 0).any()
    assert not (pasted.search.ids < 0).any()


def test_a_twin_differs_in_one_modality(textures: Textures) -> None:
    rng = np.random.default_rng(4)
    one = draw_object(_draft(), textures, rng, None)
    kinds = set()
    for _ in range(20):
        twin = draw_object(_draft(), textures, rng, one)
        same = np.array_equal(twin.rgb, one.rgb), np.array_equal(twin.thermal, one.thermal)
        kinds.add(same)
        np.testing.assert_array_equal(twin.cover, one.cover)
        if same[0]:
            gap = twin.thermal.astype(float) - one.thermal.astype(float)
            assert abs(float(gap.mean())) > 40
    assert kinds == {(True, False), (False, True)}


def test_covered_share_by_hand() -> None:
    boxes = np.array([[0, 0, 10, 10], [20, 0, 10, 10]], np.float32)
    np.testing.assert_allclose(covered(boxes, np.array([5, 5, 10, 10], np.float32)), [0.25, 0])
