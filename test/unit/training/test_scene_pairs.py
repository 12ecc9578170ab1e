"""Rendered scenes as training pairs: every actor's box is the true one."""

from __future__ import annotations

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.datasets.synthetic.scene_config import SceneConfig
from rgbt_dualatt_ros.datasets.synthetic.synthetic_sequence import SyntheticSequence
from rgbt_dualatt_ros.training.global_attention.scene_bank import (
    StillScene,
    draw_scene,
    render_scene,
)
from rgbt_dualatt_ros.training.global_attention.scene_pairs import ScenePairs

_SIZE = ImageSize(160, 120)


@pytest.fixture(scope="module")
def scenes() -> tuple[StillScene, ...]:
    return tuple(render_scene(seed, _SIZE, 3) for seed in range(2))


def test_the_first_actor_is_the_target() -> None:
    config = SceneConfig(seed=5, size=_SIZE, length=40, distractors=2, likeness="thermal")
    sequence = SyntheticSequence(config)
    moments = list(sequence.moments([30, 4, 12]))
    boxes = np.array([moment.sightings[0].box for moment in moments], np.float32)
    np.testing.assert_array_equal(boxes, sequence.truth[[4, 12, 30]])
    assert {len(moment.sightings) for moment in moments} == {len(moments[0].sightings)}
    assert len(moments[0].sightings) >= 3


def test_everybody_is_warm_inside_the_box() -> None:
    """Boxes of the others are no guesses: people are warmer than what is around them."""
    config = SceneConfig(
        seed=8, size=ImageSize(320, 240), length=30, distractors=3, likeness="thermal"
    )
    checked = 0
    for moment in SyntheticSequence(config).moments([0, 10, 20, 29]):
        usual = float(np.median(moment.pair.thermal))
        for sighting in moment.sightings[1:]:
            if sighting.visible > 0.9 and min(sighting.box[2:]) >= 6:
                x, y, width, height = (round(number) for number in sighting.box)
                inside = moment.pair.thermal[y : y + height, x : x + width]
                assert np.percentile(inside, 80) > usual + 10
                checked += 1
    assert checked >= 4


def test_equal_seeds_render_equal_scenes(scenes: tuple[StillScene, ...]) -> None:
    again = render_scene(1, _SIZE, 3)
    np.testing.assert_array_equal(again.rgb, scenes[1].rgb)
    np.testing.assert_array_equal(again.boxes, scenes[1].boxes)
    assert not np.array_equal(scenes[0].rgb, scenes[1].rgb)


def test_every_scene_has_others_like_its_target() -> None:
    rng = np.random.default_rng(0)
    drawn = [draw_scene(rng, _SIZE) for _ in range(40)]
    assert min(config.distractors for config in drawn) >= 1
    assert {config.likeness for config in drawn} >= {"none", "thermal", "colour"}
    assert {config.target for config in drawn} == {"person", "cyclist", "car", "dog"}


def test_candidates_can_be_seen_in_the_first_image(scenes: tuple[StillScene, ...]) -> None:
    source = ScenePairs(scenes, stranger=0.0)
    rng = np.random.default_rng(0)
    for _ in range(30):
        draft = source.draft(rng)
        assert len(draft.candidates)
        assert set(draft.candidates) <= set(draft.first.ids)
        assert {int(each) // 100 for each in (*draft.first.ids, *draft.search.ids)} in ({0}, {1})


def test_no_scene_is_refused() -> None:
    with pytest.raises(DatasetError, match="no rendered scene"):
        ScenePairs((), stranger=0.0)
