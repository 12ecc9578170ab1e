"""DomainSamples: what a video teaches in one step: target and background crops."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from rgbt_dualatt_ros.core.box import Box, ImageSize
from rgbt_dualatt_ros.core.box_array import Boxes, iou
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.local_training_config import DomainSamplesConfig
from rgbt_dualatt_ros.datasets.sequence_folder import FolderSequence
from rgbt_dualatt_ros.models.vgg_m import CROP_SIDE
from rgbt_dualatt_ros.tracking.pair_cropper import cut_crops
from rgbt_dualatt_ros.tracking.sampling import (
    Spread,
    draw_in_overlap_range,
    draw_uniform,
    keep_inside,
    whole_image,
)
from rgbt_dualatt_ros.training.loop.sample_batches import VALIDATION

_SLIGHT = Spread(shift=0.02, scale=1.02)


class DomainSamples:
    """Implements `Samples`: every cycle takes all videos once, in an order of its own.

    Boxes are drawn anew every time and are the same in both cameras.

    Args:
        videos: to learn from; video i is domain i.
        config: what is drawn.
        seed: of everything random.
        held_out: last share of each video's frames, which only validation sees.
        attends_from: number of the first sample that is learnt from with attention.
    """

    def __init__(
        self,
        videos: Sequence[FolderSequence],
        config: DomainSamplesConfig,
        seed: int,
        *,
        held_out: float = 0.0,
        attends_from: float = float("inf"),
    ) -> None:
        if not videos:
            raise DatasetError("there is no video with a box in two frames to learn from")
        self._videos = tuple(videos)
        self._config = config
        self._seed = seed
        self._attends_from = attends_from
        # A video too short to share its frames is validated on those that are learnt from.
        self._kept = [max(1, len(each) - int(held_out * len(each))) for each in videos]

    def __len__(self) -> int:
        return len(self._videos)

    def domain(self, number: int) -> int:
        """Which video a sample is of."""
        cycle, place = divmod(number, len(self._videos))
        order = np.random.default_rng([self._seed, cycle]).permutation(len(self._videos))
        return int(order[place])

    def sample(self, number: int) -> dict[str, Tensor]:
        """Crops `(frames * (positives + negatives), 4, 107, 107)`, all target samples first.

        Raises:
            DatasetError: when an image cannot be read; the text names the file.
        """
        domain = self.domain(number)
        rng = np.random.default_rng([self._seed, number, domain])
        targets, backgrounds = [], []
        for frame in self._frames(domain, number, rng):
            pair, box = self._seen(self._videos[domain], frame, rng)
            boxes = np.concatenate(
                [self.positives(box, pair.size, rng), self.negatives(box, pair.size, rng)]
            )
            images = torch.from_numpy(
                np.concatenate([pair.rgb.transpose(2, 0, 1), pair.thermal[None]])
            )
            crops = cut_crops(images, torch.from_numpy(boxes), CROP_SIDE, self._config.padding)
            targets.append(crops[: self._config.positives])
            backgrounds.append(crops[self._config.positives :])
        is_attended = self._attends_from <= number < VALIDATION
        return {
            "crops": torch.cat([*targets, *backgrounds]),
            "domain": torch.tensor(domain),
            "attends": torch.tensor(is_attended),
        }

    def positives(self, target: Box, size: ImageSize, rng: np.random.Generator) -> Boxes:
        """Boxes that overlap the target well."""
        config, region = self._config, whole_image(size)
        spread = Spread(config.target_shift, config.target_scale)

        def draw(count: int) -> Boxes:
            return keep_inside(draw_uniform(target, count, spread, rng), region)

        found = draw_in_overlap_range(draw, target, (config.min_overlap, 1.0), config.positives)
        missing = draw_uniform(target, config.positives - len(found), _SLIGHT, rng)
        return np.concatenate([found, missing])

    def negatives(self, target: Box, size: ImageSize, rng: np.random.Generator) -> Boxes:
        """Boxes that overlap it little; where it fills the image, those that do so least."""
        config, region = self._config, whole_image(size)
        spread = Spread(config.background_shift, config.background_scale)

        def draw(count: int) -> Boxes:
            return keep_inside(draw_uniform(target, count, spread, rng), region)

        overlap = 0.0, config.max_background_overlap
        found = draw_in_overlap_range(draw, target, overlap, config.negatives)
        missing = config.negatives - len(found)
        drawn = draw(4 * missing)
        least = np.argsort(iou(drawn, target.as_array()[None]), kind="stable")[:missing]
        return np.concatenate([found, drawn[least]])

    def _frames(self, domain: int, number: int, rng: np.random.Generator) -> list[int]:
        kept, length = self._kept[domain], len(self._videos[domain])
        is_held_out = number >= VALIDATION and kept < length
        first, last = (kept, length) if is_held_out else (0, kept)
        count = self._config.frames
        found = rng.choice(np.arange(first, last), count, replace=last - first < count)
        return [int(frame) for frame in found]

    def _seen(
        self, video: FolderSequence, frame: int, rng: np.random.Generator
    ) -> tuple[FramePair, Box]:
        """The frame and the target in it, mirrored by chance."""
        pair, box = video.pair_at(frame), Box.from_sequence(video.truth[frame])
        if rng.random() >= self._config.mirrored:
            return pair, box
        mirrored = FramePair(
            np.ascontiguousarray(pair.rgb[:, ::-1]),
            np.ascontiguousarray(pair.thermal[:, ::-1]),
            pair.stamp_ns,
        )
        return mirrored, Box(pair.size.width - box.x - box.w, box.y, box.w, box.h)
