"""MixedSource: training pairs from clips and rendered scenes, and fixed ones to validate on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from rgbt_dualatt_ros.core.attention_pairs_config import PairConfig
from rgbt_dualatt_ros.core.errors import ConfigError, DatasetError
from rgbt_dualatt_ros.training.global_attention.clip_bank import TrackedClip, load_clips
from rgbt_dualatt_ros.training.global_attention.clip_pairs import ClipPairs
from rgbt_dualatt_ros.training.global_attention.disturbances import Disturbances
from rgbt_dualatt_ros.training.global_attention.draft import DraftSource
from rgbt_dualatt_ros.training.global_attention.labelled_pair import LabelledPair
from rgbt_dualatt_ros.training.global_attention.labelling import label
from rgbt_dualatt_ros.training.global_attention.pasted_objects import paste_objects
from rgbt_dualatt_ros.training.global_attention.scene_bank import StillScene, load_scenes
from rgbt_dualatt_ros.training.global_attention.scene_pairs import ScenePairs
from rgbt_dualatt_ros.training.global_attention.textures import Textures

_VALIDATION_EVERY = 8
_ThingT = TypeVar("_ThingT")
_TRIES = 100


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Everything that pairs are drawn from, in memory."""

    clips: tuple[TrackedClip, ...]
    scenes: tuple[StillScene, ...]


def read_material(
    data: Path | None, config: PairConfig, say: Callable[[str], None] = lambda _: None
) -> Material:
    """Decode clips, mine tracks and render scenes, or take them from the cache.

    Args:
        data: folder of clips; None uses rendered scenes alone.
        say: is told what takes time, and how much was found.

    Raises:
        DatasetError: when a clip cannot be read.
    """
    clips = load_clips(data, config, say) if data is not None else ()
    scenes = load_scenes(config, say)
    say(
        f"{len(clips)} clips with {sum(len(clip.tracks) for clip in clips)} tracks, "
        f"{len(scenes)} scenes"
    )
    return Material(clips, scenes)


class MixedSource:
    """Draws from several places by weight, pastes objects, disturbs and labels.

    Args:
        sources: each with its weight; at least one weight above 0.
        config: what pairs look like.

    Raises:
        ConfigError: when every weight is 0.
    """

    def __init__(
        self,
        sources: Sequence[tuple[DraftSource, float]],
        config: PairConfig,
        textures: Textures,
    ) -> None:
        kept = [(source, weight) for source, weight in sources if weight > 0]
        if not kept:
            raise ConfigError(
                "no pairs to train on: give clips or scenes, and a share above 0 to one of them"
            )
        self._sources = [source for source, _ in kept]
        weights = np.array([weight for _, weight in kept], np.float64)
        self._shares = weights / weights.sum()
        self._config, self._textures = config, textures
        self._disturbances = Disturbances(config.disturbance, textures)

    def draw(self, rng: np.random.Generator) -> LabelledPair:
        """As `PairSource`.

        Raises:
            DatasetError: when a hundred drafts in a row show no usable target.
        """
        for _ in range(_TRIES):
            source = self._sources[rng.choice(len(self._sources), p=self._shares)]
            draft = source.draft(rng)
            if rng.random() < self._config.pasted:
                draft = paste_objects(draft, self._config, self._textures, rng)
            pair = label(self._disturbances.apply(draft, rng), self._config.targets, rng)
            if pair is not None:
                return pair
        raise DatasetError("no usable target in the training data; are its images empty?")


class FixedSource:
    """Always the same few pairs, drawn once from another source.

    `draw` picks one of them.
    """

    def __init__(self, source: MixedSource, count: int, seed: int) -> None:
        rng = np.random.default_rng([seed, 0xF1])
        self.pairs = tuple(source.draw(rng) for _ in range(count))

    def draw(self, rng: np.random.Generator) -> LabelledPair:
        """As `PairSource`."""
        return self.pairs[rng.integers(len(self.pairs))]


def training_source(material: Material, config: PairConfig) -> MixedSource:
    """Pairs to train on; every eighth thermal clip and scene is kept back for validation."""
    return _mixed(material, config, is_validation=False)


def hard_source(material: Material, config: PairConfig) -> MixedSource:
    """Hard pairs from clips and scenes that are not trained on: twins in most of them.

    Colour clips are too few to keep one back: theirs are other draws from the same clips.
    """
    harder = replace(config, pasted=0.8, twins=0.8, most_pasted=4)
    return _mixed(material, harder, is_validation=True)


def validation_source(
    material: Material, config: PairConfig, count: int = 96, seed: int = 0
) -> FixedSource:
    """A few of the pairs of `hard_source`, always the same."""
    return FixedSource(hard_source(material, config), count, seed)


def build_training_source(
    data: Path | None, config: PairConfig, say: Callable[[str], None] = lambda _: None
) -> MixedSource:
    """`read_material` and `training_source` in one; needs neither twice."""
    return training_source(read_material(data, config, say), config)


def _mixed(material: Material, config: PairConfig, is_validation: bool) -> MixedSource:
    color = [clip for clip in material.clips if clip.frames.rgb is not None]
    thermal = _part([clip for clip in material.clips if clip.frames.rgb is None], is_validation)
    scenes = _part(list(material.scenes), is_validation)
    textures = Textures()
    sources: list[tuple[DraftSource, float]] = []
    for clips, share in ((color, config.color_clip_share), (thermal, config.thermal_clip_share)):
        if clips and share:
            pairs = ClipPairs(clips, textures, config.stranger, config.dressed)
            sources.append((pairs, share))
    if scenes and config.scene_share:
        sources.append((ScenePairs(scenes, config.stranger), config.scene_share))
    return MixedSource(sources, config, textures)


def _part(things: list[_ThingT], is_validation: bool) -> list[_ThingT]:
    if len(things) < _VALIDATION_EVERY:
        return things
    return [
        thing
        for row, thing in enumerate(things)
        if (row % _VALIDATION_EVERY == _VALIDATION_EVERY - 1) == is_validation
    ]
