"""Which things become targets, and which boxes count as in view."""

from __future__ import annotations

import numpy as np

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.training.global_attention.draft import Draft, Instant
from rgbt_dualatt_ros.training.global_attention.labelling import cut_to_image, label

_SIZE = ImageSize(100, 80)


def _instant(boxes: dict[int, tuple[float, float, float, float]]) -> Instant:
    return Instant(
        np.zeros((80, 100, 3), np.uint8),
        np.zeros((80, 100), np.uint8),
        np.array(list(boxes), np.int64),
        np.array(list(boxes.values()), np.float32).reshape(-1, 4),
    )


def _draft(
    first: dict[int, tuple[float, float, float, float]],
    search: dict[int, tuple[float, float, float, float]],
) -> Draft:
    ids = np.array(list(first), np.int64)
    weights = np.ones(len(ids), np.float32)
    things = np.array(list(search), np.int64)
    return Draft(_instant(first), _instant(search), ids, weights, things)


def _has(boxes: Boxes, box: tuple[float, float, float, float]) -> bool:
    return bool((boxes == np.array(box, np.float32)).all(axis=1).any())


def test_a_box_less_than_35_percent_inside_is_absent() -> None:
    boxes = np.array([[-6, 10, 10, 10], [-7, 10, 10, 10], [90, 70, 20, 20]], np.float32)
    cut = cut_to_image(boxes, _SIZE)
    np.testing.assert_array_equal(cut[0], [0, 10, 4, 10])
    assert np.isnan(cut[1]).all()
    assert np.isnan(cut[2]).all(), "a quarter is inside"


def test_nan_stays_nan() -> None:
    assert np.isnan(cut_to_image(np.full((2, 4), np.nan, np.float32), _SIZE)).all()


def test_an_id_links_both_images() -> None:
    draft = _draft({7: (10, 10, 10, 10), 8: (40, 40, 10, 20)}, {8: (50, 40, 10, 20)})
    pair = label(draft, 2, np.random.default_rng(0))
    assert pair is not None
    for first, search in zip(pair.first_boxes, pair.search_boxes, strict=True):
        if first[0] == 10:
            assert np.isnan(search).all()
        else:
            np.testing.assert_array_equal(search, [50, 40, 10, 20])


def test_too_few_targets_are_repeated_and_too_small_ones_left_out() -> None:
    draft = _draft({1: (10, 10, 3, 30), 2: (40, 40, 10, 20)}, {1: (10, 10, 3, 30)})
    pair = label(draft, 5, np.random.default_rng(0))
    assert pair is not None
    np.testing.assert_array_equal(pair.first_boxes, np.tile([40, 40, 10, 20], (5, 1)))


def test_no_target_makes_no_pair() -> None:
    outside = _draft({1: (200, 10, 30, 30)}, {1: (10, 10, 30, 30)})
    assert label(outside, 2, np.random.default_rng(0)) is None
    assert label(_draft({}, {}), 2, np.random.default_rng(0)) is None


def test_others_hold_the_target_but_no_double_of_it() -> None:
    draft = _draft(
        {1: (10, 10, 20, 20)},
        {1: (10, 10, 20, 20), 2: (12, 10, 20, 20), 3: (60, 10, 20, 20), 4: (300, 0, 9, 9)},
    )
    pair = label(draft, 1, np.random.default_rng(0))
    assert pair is not None
    assert len(pair.others) == 2
    assert _has(pair.others, (10, 10, 20, 20))
    assert _has(pair.others, (60, 10, 20, 20))


def test_wanted_targets_come_first() -> None:
    draft = _draft({1: (10, 10, 20, 20), 2: (50, 10, 20, 20)}, {})
    heavy = Draft(
        draft.first, draft.search, draft.candidates, np.array([99, 1], np.float32), draft.things
    )
    drawn = [label(heavy, 1, np.random.default_rng(seed)) for seed in range(40)]
    assert sum(pair is not None and pair.first_boxes[0, 0] == 10 for pair in drawn) >= 35
