"""How the paper's net is trained: samples, losses by hand, a few steps that must help.

Not: what a whole training is worth, which needs a GPU.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from rgbt_dualatt_ros.core.box_array import Boxes
from rgbt_dualatt_ros.core.errors import ConfigError, WeightsError
from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.core.paper_net_config import PaperNetConfig
from rgbt_dualatt_ros.models.vgg16 import random_vgg16
from rgbt_dualatt_ros.models.weights import save_vgg16
from rgbt_dualatt_ros.training.global_attention.attention_objective import AttentionObjective
from rgbt_dualatt_ros.training.global_attention.labelled_pair import LabelledPair
from rgbt_dualatt_ros.training.global_attention.paper_objective import PaperObjective

FIRST, LATER = (10, 10, 30, 30), (70, 40, 30, 30)
NOWHERE = (np.nan,) * 4
LEARNING_RATE, STEPS = 3e-4, 12


def boxes(*rows: tuple[float, ...]) -> Boxes:
    return np.array(rows, np.float32).reshape(-1, 4)


def frame(box: tuple[int, int, int, int]) -> FramePair:
    """A warm orange square on dark noise."""
    rgb = np.random.default_rng(0).integers(0, 60, (96, 128, 3), np.uint8)
    x, y, w, h = box
    rgb[y : y + h, x : x + w] = (220, 120, 40)
    return FramePair(rgb, rgb[..., 0].copy())


def moved_square(first: Boxes | None = None, later: Boxes | None = None) -> LabelledPair:
    return LabelledPair(
        frame(FIRST),
        frame(LATER),
        boxes(FIRST) if first is None else first,
        boxes(LATER) if later is None else later,
        boxes(),
    )


def objective(**settings: float | str) -> PaperObjective:
    narrow = {"width": 1 / 8, **settings}
    return PaperObjective(0, "random", PaperNetConfig(**narrow))  # type: ignore[arg-type]


def test_a_sample_shows_the_target_alone_and_where_it_is_later() -> None:
    sample = objective().prepare(moved_square())
    sizes = {name: tuple(value.shape) for name, value in sample.items()}
    assert sizes == {
        "frame": (4, 192, 256),
        "targets": (1, 4, 192, 256),
        "masks": (1, 192, 256),
        "is_given": (1,),
    }
    target = sample["targets"][0]
    assert target.amin((1, 2)).tolist() == [220, 120, 40, 220]
    assert target.amax((1, 2)).tolist() == [220, 120, 40, 220]
    # The mask lies where the searched frame, not the first one, is orange.
    is_orange = sample["frame"][0] > 180
    assert (is_orange == sample["masks"][0].bool()).float().mean() > 0.99


def test_samples_of_all_pairs_have_equal_sizes() -> None:
    """Of more targets the first are learnt; of fewer, the empty rows do not count."""
    three = boxes(FIRST, (0, 0, 9, 9), (1, 1, 9, 9))
    learnt = objective(targets=2)
    for pair, given in (
        (moved_square(three, three), [1, 1]),
        (moved_square(), [1, 0]),
        (moved_square(boxes(), boxes()), [0, 0]),
    ):
        sample = learnt.prepare(pair)
        assert sample["targets"].shape == (2, 4, 192, 256)
        assert sample["is_given"].tolist() == given


def test_a_target_that_is_gone_has_a_dark_mask() -> None:
    sample = objective().prepare(moved_square(later=boxes(NOWHERE)))
    assert sample["masks"].sum() == 0
    assert sample["is_given"].tolist() == [1]


class FixedLogits(nn.Module):
    """Answers what it was given, whatever it is shown."""

    def __init__(self, logits: Tensor) -> None:
        super().__init__()
        self.logits = nn.Parameter(logits)

    def forward(self, _frames: Tensor, _targets: Tensor) -> Tensor:
        """The same logits always."""
        return self.logits


def batch_of(masks: Tensor, is_given: Tensor) -> Mapping[str, Tensor]:
    unused = torch.zeros(1)
    return {"frame": unused, "targets": unused, "masks": masks, "is_given": is_given}


LN_2 = 0.693147


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        # A map of one half everywhere, on a mask of one target pixel among four.
        pytest.param({"loss": "bce"}, {"bce": LN_2}, id="bce"),
        pytest.param({"loss": "mse"}, {"mse": 0.25}, id="mse"),
        pytest.param({"loss": "bce", "target_weight": 5.0}, {"bce": 2 * LN_2}, id="weighted"),
        # Dice: (2 * .5 + 1) / (2 + 1 + 1) = .5
        pytest.param({"loss": "bce+dice"}, {"bce": LN_2, "dice": 0.5}, id="bce+dice"),
    ],
)
def test_losses_by_hand(settings: dict[str, float | str], expected: dict[str, float]) -> None:
    masks = torch.tensor([[[[1, 0], [0, 0]]]], dtype=torch.uint8)
    net = FixedLogits(torch.zeros(1, 1, 2, 2))
    loss = objective(**settings).loss(net, batch_of(masks, torch.ones(1, 1)))
    assert loss.parts == pytest.approx(expected, abs=1e-5)
    assert loss.total.item() == pytest.approx(sum(expected.values()), abs=1e-5)


@pytest.mark.parametrize("loss", ["bce", "mse", "bce+dice"])
def test_a_right_map_costs_less_than_a_reversed_one(loss: str) -> None:
    masks = torch.zeros(1, 1, 4, 4, dtype=torch.uint8)
    masks[..., 1:3, 1:3] = 1
    right = FixedLogits(masks.float() * 8 - 4)
    reversed_ = FixedLogits(4 - masks.float() * 8)
    batch = batch_of(masks, torch.ones(1, 1))
    assert objective(loss=loss).loss(right, batch).total < 0.1
    assert objective(loss=loss).loss(reversed_, batch).total > 0.8


def test_every_sample_counts_the_same_and_empty_rows_do_not() -> None:
    """So the mean over ranks of equal batches is the loss of the whole batch."""
    masks = torch.zeros(2, 2, 1, 1, dtype=torch.uint8)
    logits = torch.tensor([1.0, 2.0, 3.0, 50.0]).view(2, 2, 1, 1)
    given = torch.tensor([[1.0, 1.0], [1.0, 0.0]])
    loss = objective(targets=2).loss(FixedLogits(logits), batch_of(masks, given))
    softplus = np.log1p(np.exp([1.0, 2.0, 3.0]))
    expected = (softplus[:2].mean() + softplus[2]) / 2
    assert loss.total.item() == pytest.approx(expected, abs=1e-5)
    halves = [
        objective(targets=2)
        .loss(FixedLogits(logits[i : i + 1]), batch_of(masks[i : i + 1], given[i : i + 1]))
        .total.item()
        for i in range(2)
    ]
    assert np.mean(halves) == pytest.approx(expected, abs=1e-5)


def test_a_sample_without_targets_teaches_nothing() -> None:
    net = FixedLogits(torch.ones(1, 1, 2, 2))
    loss = objective().loss(net, batch_of(torch.zeros(1, 1, 2, 2), torch.zeros(1, 1)))
    loss.total.backward()  # type: ignore[no-untyped-call]
    assert loss.total.item() == 0
    assert net.logits.grad is not None
    assert net.logits.grad.abs().max() == 0


@pytest.mark.parametrize("is_reversed", [False, True], ids=["bright target", "dark target"])
def test_a_few_steps_help(is_reversed: bool) -> None:
    """The loss falls and the map is higher in the box; with masks reversed, lower."""
    learnt: AttentionObjective = objective()
    sample = learnt.prepare(moved_square())
    # A quarter of the pixels, to be quick; the net takes any multiple of 16.
    batch = {
        name: (value[..., ::2, ::2] if value.ndim > 1 else value)[None]
        for name, value in sample.items()
    }
    in_box = batch["masks"][0, 0].bool()
    if is_reversed:
        batch["masks"] = 1 - batch["masks"]
    net = learnt.build()
    optimizer = torch.optim.Adagrad(net.parameters(), lr=LEARNING_RATE)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = learnt.loss(net, batch)
        loss.total.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.total.item())
    shown = learnt.maps(net, batch)
    assert not shown.requires_grad
    assert losses[-1] < 0.6 * losses[0]
    contrast = (shown[0, 0][in_box].mean() - shown[0, 0][~in_box].mean()).item()
    assert (-contrast if is_reversed else contrast) > 0.1


def test_the_first_weights_follow_the_seed() -> None:
    config = PaperNetConfig(width=1 / 32)
    first, again, other = (
        PaperObjective(seed, "random", config).build().state_dict() for seed in (1, 1, 2)
    )
    name = "decoder.0.weight"
    torch.testing.assert_close(first[name], again[name])
    assert not torch.allclose(first[name], other[name])


def test_settings_shape_the_net() -> None:
    net = objective(
        share_encoder="per_modality", decoder="lite", decoder_relu=False, upsampling="bilinear"
    ).build()
    assert hasattr(net, "thermal_encoder")
    kinds = [type(layer) for layer in net.decoder]
    assert nn.ReLU not in kinds
    assert net.decoder[0].kernel_size == (1, 1)
    assert {layer.mode for layer in net.decoder if isinstance(layer, nn.Upsample)} == {"bilinear"}


def test_training_begins_with_the_encoder_of_the_file(tmp_path: Path) -> None:
    path, given = tmp_path / "vgg16.safetensors", random_vgg16(5)
    save_vgg16(given, path, {}, "fp16")
    net = PaperObjective(0, str(path), PaperNetConfig(decoder="lite")).build()
    stored = given.state_dict()["28.weight"].half().float()
    torch.testing.assert_close(net.encoder.state_dict()["28.weight"], stored)


def test_a_missing_encoder_is_named_with_the_command_that_makes_it(tmp_path: Path) -> None:
    given = str(tmp_path / "gone.safetensors")
    with pytest.raises(WeightsError, match=r"gone\.safetensors.*weights import vgg16-397923af"):
        PaperObjective(0, given, PaperNetConfig(decoder="lite")).build()


def test_imagenets_weights_do_not_fit_a_narrow_net() -> None:
    with pytest.raises(ConfigError, match=r"width 0\.125; set encoder to random or width to 1"):
        PaperObjective(0, "", PaperNetConfig(width=1 / 8))
