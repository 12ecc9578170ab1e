"""Scenes with a name, and the reader of `--synthetic SPEC`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.datasets.synthetic.scene_config import (
    ATTRIBUTES,
    BACKDROPS,
    TARGETS,
    SceneConfig,
    check_word,
)

_USUAL = SceneConfig().size
_ALIASES = {"OCC": "PO", "LSV": "SV", "SO": "LR"}
"""GTOT's letters for the same things."""
_SWITCHES: dict[str, dict[str, object]] = {
    "smoke": {"smoke": 0.9},
    "glare": {"glare": 0.9},
    "leaves_view": {"leaves_view": True},
    "lookalikes": {"distractors": 2, "likeness": "both"},
    "dead": {"dead_frames": 0.05},
    "jitter": {"stamp_jitter_ms": 4.0, "thermal_offset_ms": 12.0},
}
SPEC_HELP = (
    "a name (demo, easy), RGBT234's letters (PO, HO, LI, ...), a target (person, cyclist, car, "
    "dog), a place (street, park, courtyard), a switch (smoke, glare, leaves_view, lookalikes, "
    "dead, jitter) or name=value, joined by commas or +"
)


def demo_scene(seed: int = 7) -> SceneConfig:
    """The hard scene of `make demo`: twelve seconds that a good tracker can follow to the end.

    The seed was picked from 4, 7, 11 and 12 as the one that our tracker follows, so a score on it
    shows that the parts work together and compares no trackers; `attribute_scenes` is for that.
    """
    return SceneConfig(
        attributes=("PO", "SV", "CM"),
        target="person",
        seed=seed,
        length=360,
        smoke=0.85,
        distractors=2,
        likeness="colour",
        dead_frames=0.01,
        stamp_jitter_ms=2.0,
        title="synthetic_demo",
    )


def easy_scene(seed: int = 0) -> SceneConfig:
    """A short small scene that any tracker follows, for tests and first trials."""
    return SceneConfig(
        seed=seed, size=ImageSize(320, 240), length=60, title=f"synthetic_easy_{seed}"
    )


def attribute_scenes(
    seed_count: int = 1, length: int = 120, size: ImageSize = _USUAL
) -> tuple[SceneConfig, ...]:
    """Each of RGBT234's twelve attributes alone, with seeds 0 to `seed_count` - 1."""
    return tuple(
        SceneConfig(attributes=(attribute,), seed=seed, length=length, size=size)
        for attribute in ATTRIBUTES
        for seed in range(seed_count)
    )


_NAMED: dict[str, Callable[[], SceneConfig]] = {"demo": demo_scene, "easy": easy_scene}


def parse_scene(spec: str) -> SceneConfig:
    """The scene that a text like `demo`, `PO`, `smoke+HO` or `HO,TC,seed=3,length=120` asks for.

    Raises:
        ConfigError: on an unknown word or a wrong value; the text lists what there is.
    """
    words = [word.strip() for word in spec.replace("+", ",").split(",") if word.strip()]
    if not words:
        raise ConfigError(f"an empty scene; give {SPEC_HELP}")
    start = SceneConfig()
    changes: dict[str, object] = {}
    attributes: list[str] = []
    for word in words:
        letters = _ALIASES.get(word.upper(), word.upper())
        if word.lower() in _NAMED:
            start = _NAMED[word.lower()]()
        elif "=" in word:
            changes.update(_assignment(word))
        elif letters in ATTRIBUTES:
            attributes.append(letters)
        else:
            changes.update(_switch(word.lower()))
    if attributes:
        changes["attributes"] = tuple(dict.fromkeys([*start.attributes, *attributes]))
    if changes and start.title:
        changes["title"] = f"{start.title}_{'_'.join(words[1:])}".replace("=", "-")
    return replace(start, **changes)  # type: ignore[arg-type]  # SceneConfig checks every value


def _switch(word: str) -> dict[str, object]:
    if word in TARGETS:
        return {"target": word}
    if word in BACKDROPS:
        return {"backdrop": word}
    known = (
        *_NAMED,
        *_SWITCHES,
        *TARGETS,
        *BACKDROPS,
        *(letters.lower() for letters in ATTRIBUTES),
    )
    check_word("scene word", word, known)
    return _SWITCHES[word]


def _assignment(word: str) -> dict[str, object]:
    name, text = (part.strip() for part in word.split("=", 1))
    if name == "size":
        return {"size": _size(text)}
    usual = SceneConfig()
    defaults = {field.name: getattr(usual, field.name) for field in fields(usual)}
    del defaults["attributes"]
    check_word("scene setting", name, tuple(defaults))
    kind = type(defaults[name])
    try:
        return {name: text.lower() in ("true", "1", "yes") if kind is bool else kind(text)}
    except (TypeError, ValueError):
        raise ConfigError(f"scene {name} must be {kind.__name__}; got {text!r}") from None


def _size(text: str) -> ImageSize:
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise ConfigError(f"scene size must look like 640x480; got {text!r}")
    return ImageSize(int(width), int(height))
