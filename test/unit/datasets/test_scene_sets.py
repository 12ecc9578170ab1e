"""Sets of scenes from one text.

Proves: which scenes a text asks for, that they repeat exactly, have names of their own and begin
with a box. Does not render them; the tests of single scenes do.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.datasets.synthetic import (
    ATTRIBUTES,
    SyntheticSequence,
    parse_scene,
    parse_scenes,
)
from rgbt_dualatt_ros.evaluation.disappearances import disappearances


def test_a_plain_text_is_one_scene() -> None:
    assert parse_scenes("HO,seed=3") == (parse_scene("HO,seed=3"),)
    assert parse_scenes("demo") == (parse_scene("demo"),)


def test_every_attribute_has_its_scenes() -> None:
    scenes = parse_scenes("attributes:5, length=60")
    assert Counter(each.attributes for each in scenes) == {(name,): 5 for name in ATTRIBUTES}
    assert [each.seed for each in scenes if each.has("HO")] == [0, 1, 2, 3, 4]
    assert {each.length for each in scenes} == {60}
    assert scenes[0] == parse_scene("NO,length=60")
    assert len({each.name for each in scenes}) == 60


def test_words_after_a_set_hold_for_all_its_scenes() -> None:
    scenes = parse_scenes("attributes:2+smoke+dog,seed=10,size=320x240")
    assert {each.seed for each in scenes} == {10, 11}
    assert {(each.target, each.smoke) for each in scenes} == {("dog", 0.9)}
    fixed = parse_scenes("random:40,car,length=9,glare=0.3,size=320x240,seed=5")
    assert {(each.target, each.length, each.glare) for each in fixed} == {("car", 9, 0.3)}
    assert {each.size for each in fixed} == {ImageSize(320, 240)}
    assert [each.seed for each in fixed] == list(range(5, 45))
    assert all("HO" in each.attributes for each in parse_scenes("random:20,HO"))


def test_random_scenes_repeat_and_hold_anything() -> None:
    scenes = parse_scenes("random:200,length=40")
    assert scenes == parse_scenes("random:200,length=40")
    assert scenes[7:12] == parse_scenes("random:5,length=40,seed=7")
    names = {each.name for each in scenes}
    assert len(names) == 200
    assert max(map(len, names)) < 200
    assert {name for each in scenes for name in each.attributes} == {*ATTRIBUTES} - {"NO"}
    assert {len(each.attributes) for each in scenes} == {0, 1, 2, 3}
    assert {each.target for each in scenes} == {"person", "cyclist", "car", "dog"}
    for name in ("smoke", "glare", "distractors", "dead_frames", "leaves_view"):
        assert 0 < sum(bool(getattr(each, name)) for each in scenes) < 100


def test_hidden_scenes_have_look_alikes_in_half_and_every_way_to_hide() -> None:
    scenes = parse_scenes("hidden:24")
    assert scenes[6:9] == parse_scenes("hidden:3,seed=6")
    assert len({each.name for each in scenes}) == 24
    assert [each.distractors for each in scenes] == [0, 2] * 12
    assert Counter(each.likeness for each in scenes) == {"none": 12, "colour": 6, "thermal": 6}
    ways = Counter((each.attributes, each.leaves_view, each.comes_back) for each in scenes)
    assert ways == {
        (("HO",), False, "same"): 8,
        ((), True, "same"): 8,
        ((), True, "other"): 8,
    }
    assert {each.target for each in scenes} == {"person", "cyclist", "car", "dog"}
    assert {(each.size, each.length) for each in scenes} == {(ImageSize(320, 240), 110)}


def test_words_after_the_hidden_set_win() -> None:
    (scene,) = parse_scenes("hidden:1,size=640x480,length=90,likeness=both,LI,dog,seed=1")
    assert (scene.size, scene.length, scene.likeness) == (ImageSize(640, 480), 90, "both")
    assert scene.attributes == ("HO", "LI")
    assert scene.target == "dog"


@pytest.mark.parametrize("seed", [0, 2, 3, 4])
def test_a_hidden_target_is_away_once_and_long_enough(seed: int) -> None:
    (scene,) = parse_scenes(f"hidden:1,seed={seed},size=160x120")
    sequence = SyntheticSequence(scene)
    (away,) = disappearances(sequence.truth)
    assert 10 <= away.back - away.start <= 45
    assert away.start >= 30
    assert sequence.lookalikes.shape == (2 * (seed % 2), 110, 4)
    if seed % 2:  # one that is seen while the target is not
        assert np.isfinite(sequence.lookalikes[:, away.start : away.back]).any()


def test_who_comes_back_on_the_other_side_keeps_its_direction() -> None:
    sequence = SyntheticSequence(parse_scenes("hidden:1,seed=4")[0])
    (away,) = disappearances(sequence.truth)
    centers = sequence.truth[:, 0] + sequence.truth[:, 2] / 2
    assert (centers[away.start - 1] - 160) * (centers[away.back] - 160) < 0
    before, after = np.diff(centers[: away.start]), np.diff(centers[away.back :])
    assert np.nanmean(before) * np.nanmean(after) > 0


def test_scenes_of_a_set_begin_with_a_box() -> None:
    # Scene 147 of an earlier version: a van that kept level with a fast target from the start.
    specs = ("LR,HO,FM,length=40,seed=147", "random:10,length=40,seed=50", "hidden:2,seed=50")
    for scene in (scene for spec in specs for scene in parse_scenes(spec)):
        assert np.isfinite(SyntheticSequence(scene).truth[0]).all(), scene.name


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("attributes:", "from 1 to 10000"),
        ("attributes:0", "from 1 to 10000"),
        ("random:many", "'random:many'"),
        ("random:10001", "from 1 to 10000"),
        ("attribute:5", "random:N or hidden:N"),
        ("attributes:2,lenght=6", "did you mean length"),
        ("random:2,seed=2147483647", "seed must lie in"),
        ("attributes:1,HO", "leave it out"),
        (" , ", "empty scene"),
        ("hidden:2,length=59", "at least 60 frames, .* got length=59"),
    ],
)
def test_wrong_sets_are_refused(spec: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        parse_scenes(spec)
