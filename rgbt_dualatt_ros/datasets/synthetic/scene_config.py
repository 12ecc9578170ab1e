"""SceneConfig: what is asked of one rendered sequence, checked at birth."""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass, fields

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.errors import ConfigError

ATTRIBUTE_TEXTS = {
    "NO": "nothing hides or changes: an easy scene",
    "PO": "posts, hedges or people hide a part of the target",
    "HO": "something hides most of the target for a while",
    "LI": "night: lamps, headlights, sensor noise in colour",
    "LR": "the target covers less than 400 px at 640x480",
    "TC": "the target takes on the temperature of what is behind it",
    "DEF": "the target changes its pose",
    "FM": "the target moves more than 20 px between frames at 640x480",
    "SV": "the target's size changes by a factor of two or more",
    "MB": "long exposures and a shaken camera blur the target",
    "CM": "the camera pans, shakes and moves sideways",
    "BC": "others of the same colour and heat cross; the backdrop is cluttered",
}
ATTRIBUTES = tuple(ATTRIBUTE_TEXTS)
TARGETS = ("person", "cyclist", "car", "dog")
BACKDROPS = ("auto", "street", "park", "courtyard")
LIKENESSES = ("none", "colour", "thermal", "both")
SIDES = ("same", "other")
CROSSINGS = ("target", "middle")
DEAD_KINDS = ("mixed", "missing", "black", "frozen")

_CHOICES = {
    "target": TARGETS,
    "backdrop": BACKDROPS,
    "likeness": LIKENESSES,
    "comes_back": SIDES,
    "crossing": CROSSINGS,
    "dead_kind": DEAD_KINDS,
}
_RANGES: dict[str, tuple[float, float]] = {
    "seed": (0, 2**31 - 1),
    "length": (2, 100_000),
    "fps": (1.0, 240.0),
    "distractors": (0, 6),
    "smoke": (0.0, 1.0),
    "glare": (0.0, 1.0),
    "dead_frames": (0.0, 0.5),
    "stamp_jitter_ms": (0.0, 500.0),
    "thermal_offset_ms": (-1000.0, 1000.0),
}
_SMALLEST = ImageSize(96, 72)
_LARGEST = ImageSize(1920, 1440)
_USUAL = ImageSize(640, 480)


@dataclass(frozen=True, slots=True)
class SceneConfig:
    """One scene to render; equal configurations give equal bytes on one machine.

    Attributes:
        attributes: RGBT234's letters to switch on (`ATTRIBUTE_TEXTS`); none is an easy scene.
        target: what is followed: `person`, `cyclist`, `car` or `dog`.
        size: of both images, px.
        length: frames.
        backdrop: `street`, `park`, `courtyard`, or `auto`: the seed chooses.
        distractors: others of the target's kind that cross its way.
        likeness: in what the distractors resemble the target: `none` to `both`.
        smoke: density of smoke that only the colour camera sees, [0, 1].
        glare: strength of a low sun or headlight in the colour camera, [0, 1].
        crossing: whose way the distractors cross: the `target`'s, or, while the target is away,
            the `middle` of the image.
        leaves_view: the target leaves the image once and comes back.
        comes_back: on the `same` side as it left, or on the `other`.
        dead_frames: share of frames that fail in one of the two cameras, [0, 0.5].
        dead_kind: a failed frame is `missing`, `black`, `frozen`, or any of them (`mixed`).
        stamp_jitter_ms: each stamp is off by up to this much, either way.
        thermal_offset_ms: added to every thermal stamp: a clock or driver that is late.
        title: the sequence's name; empty makes one of the rest.

    Raises:
        ConfigError: on an unknown word, a number out of its range, or a contradiction.
    """

    attributes: tuple[str, ...] = ()
    target: str = "person"
    seed: int = 0
    size: ImageSize = _USUAL
    length: int = 120
    fps: float = 30.0
    backdrop: str = "auto"
    distractors: int = 0
    likeness: str = "none"
    crossing: str = "target"
    smoke: float = 0.0
    glare: float = 0.0
    leaves_view: bool = False
    comes_back: str = "same"
    dead_frames: float = 0.0
    dead_kind: str = "mixed"
    stamp_jitter_ms: float = 0.0
    thermal_offset_ms: float = 0.0
    title: str = ""

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            check_word(f"scene {name}", getattr(self, name), choices)
        for attribute in self.attributes:
            check_word("scene attribute", attribute, ATTRIBUTES)
        for name, (low, high) in _RANGES.items():
            _check_number(name, getattr(self, name), low, high)
        self._check_size()
        self._check_contradictions()

    @property
    def name(self) -> str:
        """`title`, or a name made of everything that is not at its default."""
        if self.title:
            return self.title
        words = ["-".join(self.attributes) or "NO"]
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name not in ("attributes", "seed", "title") and value != field.default:
                words.append(f"{field.name}-{value}")
        return "_".join(["synthetic", *words, f"seed{self.seed}"])

    @property
    def labels(self) -> tuple[str, ...]:
        """The attributes as a sequence states them: `NO` when nothing at all makes it hard.

        LasHeR's letters are added for what RGBT234 has none for: `OV` out of view, `SA` others of
        the same colour or heat.
        """
        has_twins = self.distractors > 0 and self.likeness != "none"
        more = ("OV",) * self.leaves_view + ("SA",) * has_twins
        hard = self.smoke or self.glare or self.distractors or self.dead_frames or more
        return (*self.attributes, *more) or (() if hard else ("NO",))

    @property
    def pixel_scale(self) -> float:
        """Pixels of this scene per pixel of a 640 px wide one."""
        return self.size.width / 640.0

    def has(self, attribute: str) -> bool:
        """Whether an attribute was asked for."""
        return attribute in self.attributes

    def _check_size(self) -> None:
        for name in ("width", "height"):
            low, high = getattr(_SMALLEST, name), getattr(_LARGEST, name)
            if not low <= getattr(self.size, name) <= high:
                raise ConfigError(
                    f"scene size must lie in {_SMALLEST} .. {_LARGEST}; got {self.size}"
                )

    def _check_contradictions(self) -> None:
        if len(set(self.attributes)) != len(self.attributes):
            raise ConfigError(f"scene attributes repeat: {' '.join(self.attributes)}")
        if "NO" in self.attributes and len(self.attributes) > 1:
            raise ConfigError("scene attribute NO means none of the others; leave it out")
        if self.has("DEF") and self.target == "car":
            raise ConfigError("a car does not deform; use DEF with person, cyclist or dog")
        if self.stamp_jitter_ms * 2 >= 1000.0 / self.fps:
            raise ConfigError(
                f"scene stamp_jitter_ms must stay below half the frame period "
                f"({500.0 / self.fps:.3g} ms) or stamps would run backwards; "
                f"got {self.stamp_jitter_ms:g}"
            )


def check_word(what: str, value: str, choices: tuple[str, ...]) -> None:
    """Refuse a word that is not among `choices`, naming the nearest one.

    Raises:
        ConfigError: when it is not.
    """
    if value not in choices:
        near = difflib.get_close_matches(str(value), choices, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ConfigError(f"{what} must be one of {', '.join(choices)}; got {value!r}{hint}")


def _check_number(name: str, value: float, low: float, high: float) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise ConfigError(f"scene {name} must lie in {low:g} .. {high:g}; got {value!r}")
