"""LiteAttentionNet: the global attention of preset `realtime`, small enough for a processor.

The encoder is the tracker's own compact backbone, one for both cameras. Instead of joining the
codes of a resized target patch (section 3.1, models/paper_attention_net.py), the target of frame
one is learnt in closed form on the features of that whole frame (target_matching.py), and a small
decoder makes one map of the answers. docs/paper.md#lite-network says why.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from rgbt_dualatt_ros.core.box import Box
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.models.backbone import (
    GREY_LEVELS_PER_UNIT,
    STRIDE,
    Backbone,
    BackboneShape,
    in_units,
)
from rgbt_dualatt_ros.models.global_attention import INPUT_SIZE, Look, TargetCode
from rgbt_dualatt_ros.models.pointwise import Pointwise
from rgbt_dualatt_ros.models.target_matching import (
    FIRST_CELL,
    PART_VECTORS,
    apply_filter,
    likeness,
    part_vectors,
    ridge_filter,
    target_cells,
)

FINE_STRIDE = 4  # px of the input a cell of the logits
_MODALITIES = 2
_SKIP_LAYERS = 5  # the layers of Backbone that end at stride 4
_RARE_TARGET = -3.0  # logit of the share of an image that a target covers
_LEAST_DEVIATION = 0.05  # of a feature's channel, relative to the mean over channels
_LIVING_CONTRAST = 2.0  # grey levels; less is a dead image


@dataclass(frozen=True, slots=True)
class LiteShape:
    """Channels of the net; stored with its weights, so that a file rebuilds its own net."""

    stem: int = 24
    middle: int = 64
    trunk: int = 128
    features: int = 128
    matched: int = 64
    context: int = 64
    decoder: int = 64
    fine: int = 24

    @property
    def backbone(self) -> BackboneShape:
        """Of the encoder."""
        return BackboneShape(self.stem, self.middle, self.trunk, self.features)


@dataclass(frozen=True, slots=True, eq=False)
class FrameMaps:
    """Features of B frame pairs.

    Attributes:
        matched: `(B, 2 * matched, h, w)` at stride 8, colour first: what targets are matched on.
        shared: `(B, decoder, h, w)`: what the decoder knows of the frame whatever the target.
        fine: `(B, 2 * middle, 2 h, 2 w)` at stride 4.
        alive: `(B, 2)`, 1 for a modality that shows anything.
    """

    matched: Tensor
    shared: Tensor
    fine: Tensor
    alive: Tensor

    def rows(self, index: slice) -> FrameMaps:
        """Of some of the pairs."""
        return FrameMaps(
            self.matched[index], self.shared[index], self.fine[index], self.alive[index]
        )


@dataclass(frozen=True, slots=True, eq=False)
class LiteCode:
    """What is kept of K targets of each of B first frames; K vectors of some 2,000 numbers.

    Attributes:
        mean, deviation: `(B, 2 * matched, 1, 1)` of the first frame's features.
        filters: `(B, K, 3, 2 * matched + 1)`: joint, colour only, thermal only.
        parts: `(B, K, 2, 11, matched)`.
        gate: `(B, K, 2 * matched)` in (0, 1).
        size: `(B, K, 2)`, log of the sides in cells.
    """

    mean: Tensor
    deviation: Tensor
    filters: Tensor
    parts: Tensor
    gate: Tensor
    size: Tensor

    def tensors(self) -> tuple[Tensor, ...]:
        """In the order of the constructor."""
        return self.mean, self.deviation, self.filters, self.parts, self.gate, self.size


class LiteAttentionNet(nn.Module):
    """Implements `GlobalAttentionNet`."""

    def __init__(self, shape: LiteShape) -> None:
        super().__init__()
        self.shape = shape
        # Who learns a target looks for it in the same pair next: not coded twice.
        self._coded: tuple[FramePair, FrameMaps] | None = None
        both = _MODALITIES * shape.matched
        self.encoder = Backbone(shape.backbone)
        self.match = Pointwise(shape.features, shape.matched, bias=False)
        with torch.no_grad():  # the features are sorted by what they hold
            self.match.weight.copy_(torch.eye(shape.matched, shape.features)[..., None, None])
        self.ridge = nn.Parameter(torch.full((3,), -1.2))  # log of the strength
        self.gate = nn.Sequential(nn.Linear(both, 64), nn.ReLU(), nn.Linear(64, both))
        self.modulated = Pointwise(both, 32)
        # Each map, and how far it lies below its strongest place.
        maps = 2 * (3 + _MODALITIES * PART_VECTORS)
        self.query = nn.Conv2d(maps + 32 + 4, shape.decoder, 3, padding=1)
        self.context = nn.Sequential(
            nn.Conv2d(_MODALITIES * shape.features, shape.context, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(shape.context, shape.context, 3, padding=1),
            nn.ReLU(),
        )
        self.shared = Pointwise(_MODALITIES * shape.features + shape.context, shape.decoder)
        self.deeper = nn.ModuleList(
            nn.Conv2d(shape.decoder, shape.decoder, 3, padding=step, dilation=step)
            for step in (1, 2)
        )
        self.rise = Pointwise(shape.decoder, shape.fine)
        self.skip = Pointwise(_MODALITIES * shape.middle, shape.fine)
        self.refine = nn.Conv2d(shape.fine, shape.fine, 3, padding=1)
        self.answer = Pointwise(shape.fine, 1)
        nn.init.constant_(self.answer.bias, _RARE_TARGET)  # type: ignore[arg-type]

    def forward(
        self,
        first_color: Tensor,
        first_thermal: Tensor,
        boxes: Tensor,
        color: Tensor,
        thermal: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """`logits` for training: B first frames with K boxes each, and B frames to search."""
        count = len(color)
        maps = self.frame_maps(
            torch.cat([first_color, color]), torch.cat([first_thermal, thermal])
        )
        first, search = maps.rows(slice(count)), maps.rows(slice(count, None))
        return self.logits(search, self.code(first, boxes))

    def frame_maps(self, color: Tensor, thermal: Tensor) -> FrameMaps:
        """Features of frame pairs.

        Args:
            color: `(B, 3, 192, 256)` in [0, 255].
            thermal: `(B, 1, 192, 256)` in [0, 255].
        """
        return self._maps_of(torch.cat([color, thermal.expand_as(color)]))

    def _maps_of(self, images: Tensor) -> FrameMaps:
        """`frame_maps` of `(2 B, 3, 192, 256)`, all colour images first."""
        layers = self.encoder.layers
        units = in_units(images)
        fine = layers[:_SKIP_LAYERS](units.to(self.skip.weight.dtype))
        features = layers[_SKIP_LAYERS:](fine)
        joined = _side_by_side(features)
        context = between_cells(self.context(joined), 2)
        return FrameMaps(
            _side_by_side(self.match(features)),
            self.shared(torch.cat([joined, context], 1)),
            _side_by_side(fine),
            _are_alive(units),
        )

    def code(self, frame: FrameMaps, boxes: Tensor) -> LiteCode:
        """What K targets look like.

        Args:
            frame: of the B first frames.
            boxes: `(B, K, 4)` xywh, px of the 192 x 256 images.
        """
        matched = frame.matched.float()
        mean = matched.mean((2, 3), keepdim=True)
        deviation = matched.std((2, 3), keepdim=True)
        deviation = deviation + _LEAST_DEVIATION * deviation.mean(1, keepdim=True) + 1e-3
        standard = (matched - mean) / deviation
        cells = target_cells(boxes.float(), matched.shape[2], matched.shape[3], STRIDE)
        halves = standard.chunk(_MODALITIES, 1)
        strength = self.ridge.exp()
        joint = ridge_filter(standard, cells, strength[0])
        color = ridge_filter(halves[0], cells, strength[1])
        thermal = ridge_filter(halves[1], cells, strength[2])
        nothing = torch.zeros_like(color[..., :-1])
        filters = torch.stack(
            [
                joint,
                torch.cat([color[..., :-1], nothing, color[..., -1:]], 2),
                torch.cat([nothing, thermal], 2),
            ],
            2,
        )
        parts = torch.stack([part_vectors(half, boxes, STRIDE) for half in halves], 2)
        look = parts[..., PART_VECTORS - 2, :].flatten(2)  # the mean of each modality
        size = (boxes[..., 2:].float().clamp(min=1) / STRIDE).log()
        return LiteCode(mean, deviation, filters, parts, torch.sigmoid(self.gate(look)), size)

    def logits(self, frame: FrameMaps, code: LiteCode) -> tuple[Tensor, Tensor]:
        """Where the targets are.

        Returns:
            `(B, K, 48, 64)` logits, and `(B, K, 3, 24, 32)` answers of the ridge filters alone.
        """
        return self._logits_of(_standard(frame, code), frame, code)

    def _logits_of(
        self, standard: Tensor, frame: FrameMaps, code: LiteCode
    ) -> tuple[Tensor, Tensor]:
        """`logits` with the standardised features `(B, 2 * matched, h, w)` at hand."""
        batch, count = code.size.shape[:2]
        ridges = apply_filter(standard, code.filters.flatten(1, 2))  # (B, 3 K, h, w)
        ridges = ridges.view(batch, count, -1, *ridges.shape[2:])
        cosines = [
            likeness(half, code.parts[:, :, index])
            for index, half in enumerate(standard.chunk(_MODALITIES, 1))
        ]
        maps = torch.cat([ridges, *cosines], 2).flatten(0, 1)  # (B K, 25, h, w)
        gated = self.modulated((standard[:, None] * code.gate[..., None, None]).flatten(0, 1))
        facts = torch.cat([code.size, frame.alive[:, None].expand(-1, count, -1)], 2).flatten(0, 1)
        planes = facts[..., None, None].expand(-1, -1, *maps.shape[2:])
        parts = [maps, maps - maps.amax((2, 3), keepdim=True), gated, planes]
        query = torch.cat([each.permute(0, 2, 3, 1) for each in parts], 3).permute(0, 3, 1, 2)
        shared = frame.shared[:, None].expand(-1, count, -1, -1, -1).flatten(0, 1)
        hidden = (self.query(query.to(self.query.weight.dtype)) + shared).relu_()
        for layer in self.deeper:
            hidden = (hidden + layer(hidden)).relu_()
        skipped = self.skip(frame.fine)[:, None].expand(-1, count, -1, -1, -1).flatten(0, 1)
        raised = between_cells(self.rise(hidden), STRIDE // FINE_STRIDE)
        fine = (raised + skipped).relu_()
        logits: Tensor = self.answer((fine + self.refine(fine)).relu_())
        return logits.reshape(batch, count, *logits.shape[2:]), ridges

    def use_precision(self, precision: torch.dtype) -> None:
        """Convolve in `precision` from now on; what is matched on stays float32."""
        for name, part in self.named_children():
            if name not in ("gate", "modulated"):
                part.to(precision)

    @torch.inference_mode()
    def code_target(self, pair: FramePair, box: Box) -> TargetCode:
        """What the target inside `box` looks like; see `GlobalAttentionNet`."""
        scale = np.array(
            [INPUT_SIZE.width / pair.size.width, INPUT_SIZE.height / pair.size.height] * 2
        )
        boxes = torch.from_numpy((box.as_array() * scale).astype(np.float32))[None, None]
        frame = self._maps_of(self._images(pair))
        self._coded = pair, frame
        return self.code(frame, boxes.to(frame.matched.device)).tensors()

    @torch.inference_mode()
    def look(self, pair: FramePair, code: TargetCode) -> Look:
        """Where that target may be, and the standardised features; see `GlobalAttentionNet`."""
        frame, target = self._frame(pair), LiteCode(*code)
        standard = _standard(frame, target)
        logits, _ = self._logits_of(standard, frame, target)
        whole = torch.sigmoid(between_cells(logits, FINE_STRIDE).float())
        strength = np.asarray(whole[0, 0].cpu().numpy(), np.float32)
        features = np.asarray(standard[0].cpu().numpy(), np.float32)
        return Look(strength, features, FIRST_CELL, float(STRIDE))

    def attend(self, pair: FramePair, code: TargetCode) -> NDArray[np.float32]:
        """Where that target may be; see `GlobalAttentionNet`."""
        return self.look(pair, code).strength

    def _frame(self, pair: FramePair) -> FrameMaps:
        coded, self._coded = self._coded, None
        if coded is not None and coded[0] is pair:
            return coded[1]
        return self._maps_of(self._images(pair))

    def _images(self, pair: FramePair) -> Tensor:
        """`(2, 3, 192, 256)`, colour first; channels last in memory, as images are."""
        color, thermal = _resized(pair)
        stacked = np.stack([color, np.broadcast_to(thermal[..., None], color.shape)])
        return torch.from_numpy(stacked).to(self.answer.weight.device).permute(0, 3, 1, 2).float()


def between_cells(maps: Tensor, factor: int) -> Tensor:
    """`(B, C, h, w)` as `(B, C, h * factor, w * factor)`: cell i becomes cell i * factor.

    What lies between two cells is interpolated, what lies beyond the last one repeats it: cell i
    of every map of the encoder looks at pixel i * stride (models/backbone.py).
    """
    rows, columns = maps.shape[2:]
    size = ((rows - 1) * factor + 1, (columns - 1) * factor + 1)
    inner = functional.interpolate(maps, size=size, mode="bilinear", align_corners=True)
    return functional.pad(inner, (0, factor - 1, 0, factor - 1), mode="replicate")


def image_tensors(pair: FramePair) -> tuple[Tensor, Tensor]:
    """A pair as the net takes it: colour `(3, 192, 256)` and thermal `(1, 192, 256)`, float32."""
    color, thermal = _resized(pair)
    planes = torch.from_numpy(np.ascontiguousarray(color.transpose(2, 0, 1))).float()
    return planes, torch.from_numpy(np.ascontiguousarray(thermal)).float()[None]


def _resized(pair: FramePair) -> list[NDArray[np.uint8]]:
    size = (INPUT_SIZE.width, INPUT_SIZE.height)
    return [
        image
        if image.shape[:2] == size[::-1]
        else np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
        for image in (pair.rgb, pair.thermal)
    ]


def _standard(frame: FrameMaps, code: LiteCode) -> Tensor:
    return (frame.matched.float() - code.mean) / code.deviation


def _side_by_side(stacked: Tensor) -> Tensor:
    """`(2 B, C, h, w)`, all colour images first, as `(B, 2 C, h, w)`."""
    return torch.cat(stacked.chunk(_MODALITIES), 1)


def _are_alive(units: Tensor) -> Tensor:
    """`(B, 2)` from `(2 B, 3, H, W)`; torch's own deviation takes as long as a layer.

    One colour all over, as of a camera without a signal, is dead too.
    """
    variance = units.square().mean((2, 3)) - units.mean((2, 3)).square()
    is_alive = variance.amax(1) > (_LIVING_CONTRAST / GREY_LEVELS_PER_UNIT) ** 2
    return is_alive.view(_MODALITIES, -1).T.to(units)
