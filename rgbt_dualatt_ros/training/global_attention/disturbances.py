"""A draft as the net will see it: other viewpoints, other light, a camera that fails."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from rgbt_dualatt_ros.core.attention_pairs_config import DisturbanceConfig
from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.models.global_attention import INPUT_SIZE
from rgbt_dualatt_ros.training.global_attention import appearance
from rgbt_dualatt_ros.training.global_attention.appearance import Tone, draw_tone
from rgbt_dualatt_ros.training.global_attention.draft import Draft, Image, Instant
from rgbt_dualatt_ros.training.global_attention.occluders import lay_occluders
from rgbt_dualatt_ros.training.global_attention.textures import Textures
from rgbt_dualatt_ros.training.global_attention.viewpoint import Viewpoint, centred_viewpoint

_FIRST_ZOOM, _FIRST_SHIFT = (0.85, 1.35), 0.1
_TRIES = 4
_MAY_LEAVE = 0.15
_CROSSOVER_EACH = 0.7
_SHUFFLED = 0.15


@dataclass(frozen=True, slots=True)
class _Common:
    """What both images share because the same two cameras took them."""

    is_inverted: bool
    is_grey: bool
    channels: tuple[int, ...]
    tones: tuple[Tone, ...]
    misregistration: tuple[float, float]


class Disturbances:
    """Turns work frames into two disturbed images of the net's input size."""

    def __init__(self, config: DisturbanceConfig, textures: Textures) -> None:
        """Shares and sizes come from `config`."""
        self._config = config
        self._textures = textures

    def apply(self, draft: Draft, rng: np.random.Generator) -> Draft:
        """Both instants at `INPUT_SIZE`, boxes and ids with them."""
        common = self._common(rng)
        height, width = draft.first.thermal.shape
        sizes = ImageSize(width, height), INPUT_SIZE
        is_mirrored = bool(rng.random() < 0.5)
        zoom = float(np.exp(rng.uniform(*np.log(_FIRST_ZOOM))))
        shift = rng.uniform(-_FIRST_SHIFT, _FIRST_SHIFT, 2)
        view = centred_viewpoint(sizes, zoom, (float(shift[0]), float(shift[1])), is_mirrored)
        first = self._seen(draft.first, view, common, rng)
        search_view = self._search_view(draft, sizes, is_mirrored, rng)
        search = self._seen(draft.search, search_view, common, rng)
        search = self._change_scene(search, rng)
        return replace(
            draft,
            first=self._expose(first, common, self._config.first_share, rng),
            search=self._expose(search, common, 1.0, rng),
        )

    def _common(self, rng: np.random.Generator) -> _Common:
        config = self._config
        far = config.misregistration * float(rng.random() < 0.7)
        offset = rng.uniform(-far, far, 2) if far else np.zeros(2)
        order = rng.permutation(3) if rng.random() < _SHUFFLED else np.arange(3)
        return _Common(
            is_inverted=bool(rng.random() < config.inverted),
            is_grey=bool(rng.random() < config.grey),
            channels=tuple(int(each) for each in order),
            tones=tuple(draw_tone(rng, 0.45) for _ in range(3)),
            misregistration=(float(offset[0]), float(offset[1])),
        )

    def _search_view(
        self,
        draft: Draft,
        sizes: tuple[ImageSize, ImageSize],
        is_mirrored: bool,
        rng: np.random.Generator,
    ) -> Viewpoint:
        """A random view that mostly keeps the first candidates in sight."""
        config = self._config
        limits = np.log((config.smallest_scale, config.largest_scale))
        is_mirrored ^= bool(rng.random() < config.mirrored)
        wanted = draft.search.boxes_of(draft.candidates[:1])
        for _ in range(_TRIES):
            zoom = float(np.exp(rng.uniform(*limits)))
            shift = rng.uniform(-config.shift, config.shift, 2)
            view = centred_viewpoint(sizes, zoom, (float(shift[0]), float(shift[1])), is_mirrored)
            boxes = view.boxes(wanted)
            center = boxes[:, :2] + boxes[:, 2:] / 2
            inside = (center > 0) & (center < (INPUT_SIZE.width, INPUT_SIZE.height))
            if inside.all() or not np.isfinite(boxes).all() or rng.random() < _MAY_LEAVE:
                break
        return view

    def _seen(
        self, instant: Instant, view: Viewpoint, common: _Common, rng: np.random.Generator
    ) -> Instant:
        border = cv2.BORDER_REPLICATE if rng.random() < 0.5 else cv2.BORDER_CONSTANT
        wobble = rng.uniform(-0.5, 0.5, 2)
        x, y = (
            each + float(more) for each, more in zip(common.misregistration, wobble, strict=True)
        )
        return Instant(
            view.image(instant.rgb, INPUT_SIZE, border),
            view.image(instant.thermal, INPUT_SIZE, border, (x, y)),
            instant.ids,
            view.boxes(instant.boxes),
        )

    def _change_scene(self, search: Instant, rng: np.random.Generator) -> Instant:
        """What is in front, and things that lose their heat."""
        config = self._config
        rgb, thermal = search.rgb, search.thermal
        if rng.random() < config.crossover:
            contrast = float(rng.uniform(0, 0.3))
            for box in search.boxes:
                if rng.random() < _CROSSOVER_EACH:
                    thermal = appearance.hide_heat(thermal, box, contrast)
        if rng.random() < config.occluders:
            rgb, thermal = lay_occluders(rgb, thermal, search.boxes, self._textures, rng)
        return replace(search, rgb=rgb, thermal=thermal)

    def _expose(
        self, instant: Instant, common: _Common, share: float, rng: np.random.Generator
    ) -> Instant:
        rgb, is_blind = self._expose_colour(instant.rgb, common, share, rng)
        # A target that neither camera shows teaches nothing.
        dead = 0.0 if is_blind else self._config.thermal_blanked * share
        thermal = instant.thermal
        if common.is_inverted:
            thermal = np.subtract(255, thermal)
        thermal = appearance.apply_tones(thermal, (draw_tone(rng, 0.7),))
        thermal = self._worsen(thermal, 4.0, rng)
        if rng.random() < dead:
            thermal = appearance.blank(thermal, rng)
        return replace(instant, rgb=rgb, thermal=thermal)

    def _expose_colour(
        self, rgb: Image, common: _Common, share: float, rng: np.random.Generator
    ) -> tuple[Image, bool]:
        """The colour image, and whether it shows next to nothing."""
        config, textures = self._config, self._textures
        if common.is_grey:
            rgb = appearance.to_grey(rgb)
        else:
            rgb = np.ascontiguousarray(rgb[:, :, common.channels])
            rgb = appearance.apply_tones(rgb, common.tones)
        rgb = appearance.apply_tones(rgb, (draw_tone(rng, 0.4),) * 3)
        is_smoky, is_dark, is_dead = rng.random(3) < np.multiply(
            share, (config.smoke, config.night, config.color_blanked)
        )
        if is_smoky:
            rgb = appearance.lay_smoke(rgb, textures, rng)
        if is_dark:
            rgb = appearance.darken(rgb, textures, rng)
        rgb = self._worsen(rgb, 8.0, rng)
        if is_dead:
            rgb = appearance.blank(rgb, rng)
        return rgb, bool(is_smoky or is_dark or is_dead)

    def _worsen(self, image: Image, most_noise: float, rng: np.random.Generator) -> Image:
        if rng.random() < self._config.blurred:
            image = appearance.blur(image, rng)
        if rng.random() < self._config.noisy:
            deviation = float(rng.uniform(1.0, most_noise))
            image = appearance.add_noise(image, deviation, self._textures, rng)
        return image
