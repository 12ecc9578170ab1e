"""What may be asked of the renderer, and the texts that ask for it.

Proves: wrong values and contradictions are refused with a text that helps; scene texts mean what
they say. Not: what the scenes look like.
"""

from __future__ import annotations

import pytest

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.datasets.synthetic import (
    SceneConfig,
    SyntheticSequence,
    demo_scene,
    easy_scene,
    parse_scene,
)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"attributes": ("HOO",)}, "did you mean HO"),
        ({"attributes": ("NO", "HO")}, "leave it out"),
        ({"attributes": ("HO", "HO")}, "repeat"),
        ({"attributes": ("DEF",), "target": "car"}, "does not deform"),
        ({"target": "persom"}, "did you mean person"),
        ({"backdrop": "moon"}, "street, park, courtyard"),
        ({"likeness": "heat"}, "thermal"),
        ({"dead_kind": "frosen"}, "did you mean frozen"),
        ({"length": 1}, "2 .. 100000"),
        ({"fps": float("nan")}, "fps"),
        ({"smoke": 1.5}, "0 .. 1"),
        ({"dead_frames": 0.9}, "0 .. 0.5"),
        ({"distractors": 99}, "0 .. 6"),
        ({"seed": -1}, "seed"),
        ({"size": ImageSize(20, 20)}, "96x72"),
        ({"stamp_jitter_ms": 17.0}, "half the frame period"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_wrong_configurations_are_refused(values: dict[str, object], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        SceneConfig(**values)  # type: ignore[arg-type]


def test_scene_texts_mean_what_they_say() -> None:
    assert parse_scene("HO,TC,seed=3,length=50") == SceneConfig(("HO", "TC"), seed=3, length=50)
    assert parse_scene("smoke+OCC").attributes == ("PO",)
    assert parse_scene("smoke+OCC").smoke > 0.5
    assert parse_scene("ho , dog, park") == SceneConfig(("HO",), "dog", backdrop="park")
    assert parse_scene("size=320x240").size == ImageSize(320, 240)
    assert parse_scene("leaves_view").leaves_view
    assert parse_scene("leaves_view=true").leaves_view
    assert parse_scene("demo") == demo_scene()
    assert parse_scene("easy") == easy_scene()


def test_a_changed_named_scene_has_a_name_of_its_own() -> None:
    changed = parse_scene("demo,length=30")
    assert changed.length == 30
    assert changed.smoke == demo_scene().smoke
    assert changed.name not in ("", demo_scene().name)


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ("", "empty scene"),
        ("dmo", "did you mean demo"),
        ("lenght=3", "did you mean length"),
        ("length=soon", "must be int"),
        ("size=large", "640x480"),
        ("DEF,car", "does not deform"),
    ],
)
def test_wrong_scene_texts_are_refused(spec: str, text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        parse_scene(spec)


def test_names_tell_scenes_apart_and_fit_into_file_names() -> None:
    specs = ("NO", "HO", "HO,seed=1", "HO,length=30", "smoke", "car", "dead_frames=0.1", "demo")
    names = {SyntheticSequence(parse_scene(spec)).name for spec in specs}
    assert len(names) == len(specs)
    assert not any(set(name) & set(" /\\:*?'\"()=") for name in names)


def test_labels_are_the_attributes_or_no() -> None:
    assert SceneConfig().labels == ("NO",)
    assert SceneConfig(attributes=("NO",)).labels == ("NO",)
    assert SceneConfig(attributes=("SV", "CM")).labels == ("SV", "CM")
    assert SceneConfig(smoke=0.5).labels == ()
    assert SceneConfig(distractors=2).labels == ()
    assert SceneConfig(attributes=("HO",), leaves_view=True).labels == ("HO", "OV")
    assert SceneConfig(distractors=2, likeness="thermal").labels == ("SA",)
