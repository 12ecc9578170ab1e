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


def test_scenes_of_a_set_begin_with_a_box() -> None:
    # Scene 147 of an earlier version: a van that kept level with a fast target from the start.
    specs = ("LR,HO,FM,length=40,seed=147", "random:10,length=40,seed=50")
    for scene in (scene for spec in specs for scene in parse_scenes(spec)):
        assert np.isfinite(SyntheticSequence(scene).truth[0]).all(), scene.name


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("attributes:", "from 1 to 10000"),
        ("attributes:0", "from 1 to 10000"),
        ("random:many", "'random:many'"),
        ("random:10001", "from 1 to 10000"),
        ("attribute:5", "attributes:N or random:N"),
        ("attributes:2,lenght=6", "did you mean length"),
        ("random:2,seed=2147483647", "seed must lie in"),
        ("attributes:1,HO", "leave it out"),
        (" , ", "empty scene"),
    ],
)
def test_wrong_sets_are_refused(spec: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        parse_scenes(spec)
