"""The protocols that no package scores, and what sets each apart, as figures worked out by hand.

Proves: thresholds, reductions, truths and rules of OTB, VTUAV, LasHeR and one-pass, and the two
columns of the paper's text. The rules one by one: test_scoring.py.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from rgbt_dualatt_ros.datasets.layouts import TruthKind
from rgbt_dualatt_ros.evaluation.metrics import Values
from rgbt_dualatt_ros.evaluation.protocols import standard
from rgbt_dualatt_ros.evaluation.protocols.protocol import Protocol
from rgbt_dualatt_ros.evaluation.protocols.scoring import score

NAN = float("nan")
TRUE = (100.0, 100.0, 10.0, 10.0)
HALF = (100.0, 100.0, 5.0, 10.0)
"""IoU 0.5 with `TRUE`: more than the ten thresholds 0 to 0.45."""


def rows(*boxes: tuple[float, float, float, float]) -> Values:
    return np.array(boxes, np.float64)


def figures(
    protocol: Protocol, truth: Mapping[TruthKind, Values], result: Values
) -> dict[str, float]:
    return dict(score(protocol, {"a": truth}, {"a": result}).overall.figures)


def moved(x: float, box: tuple[float, ...] = TRUE) -> tuple[float, float, float, float]:
    return box[0] + x, box[1], box[2], box[3]


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        (standard.GTOT, {"MPR": 0.5, "MSR": 0.05 * (9 + 0.75 + 9 * 0.5 + 0.25)}),
        (standard.RGBT234, {"MPR": 1, "MSR": (20 + 10) / 21 / 2}),
        (standard.RGBT210, {"PR": 1, "SR": (20 + 10) / 21 / 2}),
        (standard.LASHER, {"PR": 1, "NPR": 0.5, "SR": (20 + 10) / 21 / 2}),
        (standard.VTUAV, {"MPR": 1, "MSR": (20 + 10) / 21 / 2}),
        (standard.OTB, {"PR": 1, "AUC": (20 + 10) / 21 / 2}),
        (standard.ONE_PASS, {"PR": 1, "NPR": 0.5, "AUC": (20 + 10) / 21 / 2}),
    ],
    ids=lambda each: each.name if isinstance(each, Protocol) else "",
)
def test_one_perfect_frame_and_one_twice_as_high(
    protocol: Protocol, expected: dict[str, float]
) -> None:
    # Ten thresholds are exceeded by both frames, ten more by one, the last by none: by trapezoids
    # nine steps at 1, one between 1 and 1/2, nine at 1/2, one between 1/2 and 0.
    both = rows(TRUE, TRUE)
    truth: dict[TruthKind, Values] = {"visible": both, "infrared": both, "init": both}
    # Twice as high: its centre is 5 px and half of the height away.
    found = figures(protocol, truth, rows(TRUE, (100, 100, 10, 20)))
    for key, value in expected.items():
        assert found[key] == pytest.approx(value), key


@pytest.mark.parametrize("protocol", [standard.GTOT, standard.RGBT210, standard.RGBT234])
def test_the_columns_of_the_papers_text(protocol: Protocol) -> None:
    frames = rows(TRUE, TRUE, TRUE, TRUE, TRUE)
    truth: dict[TruthKind, Values] = {"visible": frames, "infrared": frames, "init": frames}
    # Centres 0, 0, 5, 5.5 and 6 px away; IoU 1, .6 (no hit), .33, .29 and .25.
    result = rows(TRUE, (100, 102, 10, 6), moved(5), moved(5.5), moved(6))
    found = figures(protocol, truth, result)
    # GTOT rounds 5.5 away to 106: with 6 px it is too far.
    assert found["PR@5"] == 3 / 5
    assert found["SR@0.6"] == 1 / 5
    # IoU .61: a hit at .6, and none at .65.
    wide = rows(TRUE, (100, 100, 61, 10), TRUE, TRUE, TRUE)
    truth = dict.fromkeys(truth, np.tile(rows((100, 100, 100, 10)), (5, 1)))
    assert (
        figures(protocol, truth, wide)["SR@0.6"] == (2 if protocol is standard.RGBT210 else 1) / 5
    )


def test_otb_takes_the_first_box_as_given_and_replaces_bad_ones() -> None:
    truth: dict[TruthKind, Values] = {
        "visible": rows(TRUE, TRUE, TRUE, (0, 0, 0, 0)),
        "init": rows(moved(300), moved(300), moved(300), moved(300)),
    }
    # The first is wrong but given; the second has no area, the first stands for it; the third is
    # 20 px away and still near; the fourth has no truth, which counts as near and never overlaps.
    found = figures(standard.OTB, truth, rows(moved(300), (1, 1, 0, 0), moved(20), moved(500)))
    assert found["PR"] == 1
    assert found["AUC"] == pytest.approx(2 * 20 / 21 / 4)
    far = figures(standard.OTB, truth, rows(moved(300), moved(21), moved(20), moved(500)))
    assert far["PR"] == 3 / 4


def test_vtuav_counts_the_nearer_truth_of_every_annotated_frame() -> None:
    truth: dict[TruthKind, Values] = {
        "visible": rows(TRUE, (NAN,) * 4, TRUE),
        "infrared": rows(moved(30), (NAN,) * 4, moved(30)),
    }
    scores = score(standard.VTUAV, {"a": truth}, {"a": rows(moved(30), moved(900), moved(51))})
    assert scores.overall.frames == 2
    assert scores.overall.figures["MPR"] == 1 / 2
    assert scores.overall.figures["MSR"] == pytest.approx(20 / 21 / 2)


@pytest.mark.parametrize(
    ("protocol", "kinds"),
    [
        (standard.LASHER, ("init", "visible", "infrared")),
        (standard.RGBT210, ("init", "visible")),
        (standard.OTB, ("visible", "init")),
        (standard.ONE_PASS, ("visible", "init", "infrared")),
    ],
    ids=lambda each: each.name if isinstance(each, Protocol) else "",
)
def test_the_first_kind_of_truth_that_is_there_counts(
    protocol: Protocol, kinds: tuple[TruthKind, ...]
) -> None:
    near, far = rows(TRUE, TRUE), rows(moved(90), moved(90))
    precision = protocol.figures[0].key
    for place, kind in enumerate(kinds):
        others = kinds[place + 1 :]
        truth: dict[TruthKind, Values] = dict.fromkeys(others, far)
        truth[kind] = near
        assert figures(protocol, truth, near)[precision] == 1
        assert figures(protocol, truth, far)[precision] == (
            1 / 2 if protocol.is_first_given else 0
        )


def test_one_pass_counts_ious_above_a_half() -> None:
    truth: dict[TruthKind, Values] = {"visible": rows(TRUE, TRUE, TRUE)}
    nearly = (100.0, 100.0, 5.4, 10.0)
    assert figures(standard.ONE_PASS, truth, rows(HALF, nearly, moved(500)))["SR@0.5"] == 1 / 3


def test_normalized_precision_divides_each_axis_by_its_own_side() -> None:
    # The first is given. Then off by .1 widths and .1 heights: .14; .2 widths; .3 heights; .15 of
    # both: .21.
    result = rows(
        (110, 101, 100, 10), (120, 100, 100, 10), (100, 103, 100, 10), (115, 101.5, 100, 10)
    )
    five: dict[TruthKind, Values] = {"init": rows(*[(100.0, 100.0, 100.0, 10.0)] * 5)}
    found = figures(standard.LASHER, five, np.vstack([five["init"][:1], result]))
    assert found["NPR"] == 3 / 5


def test_a_result_of_zero_height_alone_is_replaced() -> None:
    truth: dict[TruthKind, Values] = {"init": rows(TRUE, TRUE, TRUE)}
    flat, thin = (500.0, 500.0, 10.0, 0.0), (500.0, 500.0, -1.0, 10.0)
    assert figures(standard.LASHER, truth, rows(TRUE, flat, thin))["PR"] == 1


def test_one_pass_misses_a_box_without_area_in_every_figure() -> None:
    truth: dict[TruthKind, Values] = {"visible": rows(TRUE, TRUE)}
    centre = (105.0, 105.0, 0.0, 0.0)
    assert figures(standard.ONE_PASS, truth, rows(TRUE, centre)) == pytest.approx(
        {"PR": 1 / 2, "NPR": 1 / 2, "AUC": 20 / 21 / 2, "SR@0.5": 1 / 2}
    )
