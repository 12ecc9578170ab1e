"""The rendered truth and the bodies it is measured on.

Proves: the box encloses exactly the pixels that the target covers, the quick outline equals the
painted one, no pose is cut off. Not: anything about backdrops or cameras.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.datasets.synthetic import SceneConfig, SyntheticSequence
from rgbt_dualatt_ros.datasets.synthetic.backdrop import View
from rgbt_dualatt_ros.datasets.synthetic.body import Body, Placement, render_body
from rgbt_dualatt_ros.datasets.synthetic.compositing import lay_sprite
from rgbt_dualatt_ros.datasets.synthetic.likeness import draw_body, draw_similar, main_colour
from rgbt_dualatt_ros.datasets.synthetic.limb import ALPHA, Light, Sprite
from rgbt_dualatt_ros.datasets.synthetic.noise import FloatImage
from rgbt_dualatt_ros.datasets.synthetic.scene_config import TARGETS
from rgbt_dualatt_ros.datasets.synthetic.script import write_script
from rgbt_dualatt_ros.datasets.synthetic.skeleton import Pose, person_joints
from rgbt_dualatt_ros.datasets.synthetic.stage import Stage

_BODIES = {kind: draw_body(kind, np.random.default_rng(5), 8.0) for kind in TARGETS}


class _Roomy:
    """A body that claims to be three times as large as it says of itself."""

    def __init__(self, body: Body) -> None:
        self.texture, self.paint = body.texture, body.paint
        self.extent_m = 3 * body.extent_m[0], 3 * body.extent_m[1]


poses = st.builds(
    Pose,
    stride=st.floats(0, 1),
    effort=st.floats(0, 1.7),
    crouch=st.floats(0, 1),
    wave=st.floats(0, 1),
    swing=st.floats(0, 6.3),
)
headings = st.floats(-math.pi, math.pi)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("attributes", [(), ("SV", "CM"), ("FM",)], ids=lambda one: "".join(one))
def test_truth_encloses_exactly_what_the_target_alone_covers(
    target: str, attributes: tuple[str, ...]
) -> None:
    config = SceneConfig(attributes, target, 4, ImageSize(240, 180), length=30)
    script = write_script(config)
    stage = Stage(script, config.seed)
    truth = SyntheticSequence(config).truth
    for frame in (0, 7, 29):
        view = View(np.zeros((180, 240, 3), np.uint8), np.zeros((180, 240), np.float32))
        sprite = stage.target(frame).sprite
        # A body of one temperature shows its own coverage in the thermal plane.
        sprite.channels[:, :, 3] = sprite.channels[:, :, ALPHA]
        lay_sprite(view, sprite, 1.0, 1.0)
        rows, columns = np.nonzero(view.warmth >= 0.5)
        left, top = columns.min(), rows.min()
        expected = [left, top, columns.max() + 1 - left, rows.max() + 1 - top]
        np.testing.assert_array_equal(truth[frame], expected)


@pytest.mark.parametrize("kind", TARGETS)
@settings(max_examples=25, deadline=None)
@given(pose=poses, heading=headings)
def test_outline_equals_the_painting_and_nothing_is_cut_off(
    kind: str, pose: Pose, heading: float
) -> None:
    placement = Placement(60.3, 80.7, 30.0, heading, 0.25)
    painted = render_body(_BODIES[kind], placement, pose, Light())
    outline = render_body(_BODIES[kind], placement, pose, Light(), outline_only=True)
    np.testing.assert_array_equal(painted.alpha, outline.alpha)
    assert (painted.left, painted.top) == (outline.left, outline.top)
    assert painted.alpha.max() > 0.99
    roomy = render_body(_Roomy(_BODIES[kind]), placement, pose, Light(), outline_only=True)
    np.testing.assert_allclose(_on_canvas(outline), _on_canvas(roomy), rtol=0, atol=1e-4)


def _on_canvas(sprite: Sprite) -> FloatImage:
    canvas = np.zeros((400, 400), np.float32)
    rows, columns = sprite.alpha.shape
    top, left = sprite.top + 140, sprite.left + 140
    canvas[top : top + rows, left : left + columns] = sprite.alpha
    return canvas


@settings(max_examples=50, deadline=None)
@given(pose=poses)
def test_a_person_stands_on_the_ground_with_bones_of_one_length(pose: Pose) -> None:
    joints = person_joints(pose)
    lowest = min(joints[name][2] for name in ("toe_l", "toe_r", "heel_l", "heel_r"))
    assert lowest == pytest.approx(0.0, abs=1e-9)
    for side in ("l", "r"):
        thigh = math.dist(joints[f"hip_{side}"], joints[f"knee_{side}"])
        assert thigh == pytest.approx(0.43, abs=0.01)
    assert joints["head"][2] > joints["pelvis"][2]


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("likeness", ["none", "colour", "thermal", "both"])
def test_likeness_shares_what_it_says(kind: str, likeness: str) -> None:
    target = _BODIES[kind]
    other = draw_similar(target, kind, likeness, np.random.default_rng(1), 8.0)
    apart = float(np.abs(np.subtract(main_colour(other), main_colour(target))).sum())
    assert (apart == 0) == (likeness in ("colour", "both"))
    warmths = []
    for body in (target, other):
        channels = render_body(body, Placement(0, 0, 40.0, 0.3), Pose(), Light()).channels
        solid = channels[:, :, ALPHA] > 0.99
        warmths.append(float(channels[:, :, 3][solid].mean()))
    if likeness in ("thermal", "both"):
        assert abs(warmths[0] - warmths[1]) < 1.4
    else:
        assert warmths[0] - warmths[1] > 1.0
