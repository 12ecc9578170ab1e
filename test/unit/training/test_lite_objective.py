"""What the lite net is trained on: masks, weights, and a loss that falls on the right side."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from rgbt_dualatt_ros.core.frame_pair import FramePair
from rgbt_dualatt_ros.models.lite_attention_net import LiteShape
from rgbt_dualatt_ros.training.global_attention.labelled_pair import LabelledPair
from rgbt_dualatt_ros.training.global_attention.lite_objective import LiteObjective, box_masks

SMALL = LiteShape(stem=24, middle=64, trunk=128, features=128, matched=8, context=8, decoder=8)


def _labelled(*, is_there: bool = True) -> LabelledPair:
    """A bright square that moves from the left to the right, and another one in the search."""
    rng = np.random.default_rng(0)
    patch = rng.integers(150, 255, (40, 40, 3), dtype=np.uint8)
    images = [np.full((192, 256, 3), 60, np.uint8) for _ in range(2)]
    images[0][30:70, 20:60] = patch
    if is_there:
        images[1][100:140, 180:220] = patch
    images[1][20:60, 200:240] = 200
    frames = [FramePair(each, np.ascontiguousarray(each[..., 1])) for each in images]
    target = [180, 100, 40, 40] if is_there else [np.nan] * 4
    return LabelledPair(
        frames[0],
        frames[1],
        np.array([[20, 30, 40, 40]], np.float32),
        np.array([target], np.float32),
        np.array([[200, 20, 40, 40]], np.float32),
    )


def test_mask_is_bright_on_the_target() -> None:
    sample = LiteObjective(0, "random", shape=SMALL).prepare(_labelled())
    mask = sample["masks"][0]
    assert mask.shape == (48, 64)
    assert float(mask[25:35, 45:55].min()) == 1  # pixels 100..139 and 180..219
    assert float(mask.sum()) == 100


def test_cells_on_another_thing_weigh_more_and_those_of_the_target_do_not() -> None:
    sample = LiteObjective(0, "random", shape=SMALL).prepare(_labelled())
    weights = sample["weights"][0]
    assert float(weights[5:15, 50:60].min()) == 3
    assert float(weights[sample["masks"][0] > 0].max()) == 1
    assert float(weights[:, :40].max()) == 1


def test_a_target_that_is_not_there_has_an_empty_mask() -> None:
    sample = LiteObjective(0, "random", shape=SMALL).prepare(_labelled(is_there=False))
    assert float(sample["masks"].sum()) == 0


def test_boxes_are_scaled_from_any_image_to_the_input() -> None:
    large = _labelled()
    doubled = [
        FramePair(each.rgb.repeat(2, 0).repeat(2, 1), each.thermal.repeat(2, 0).repeat(2, 1))
        for each in (large.first, large.search)
    ]
    pair = LabelledPair(
        doubled[0],
        doubled[1],
        large.first_boxes * np.float32(2),
        large.search_boxes * np.float32(2),
        large.others * np.float32(2),
    )
    objective = LiteObjective(0, "random", shape=SMALL)
    small, big = objective.prepare(large), objective.prepare(pair)
    for name, value in small.items():
        torch.testing.assert_close(value, big[name], msg=name)


@given(st.floats(-50, 300), st.floats(-50, 250), st.floats(0.1, 200), st.floats(0.1, 150))
def test_every_box_has_a_cell(x: float, y: float, w: float, h: float) -> None:
    assert float(box_masks(np.array([[x, y, w, h]], np.float32)).sum()) >= 1


def test_the_loss_is_small_for_the_right_map_and_large_for_its_reverse() -> None:
    sample = LiteObjective(0, "random", shape=SMALL).prepare(_labelled())
    masks = sample["masks"]
    right, wrong = _loss_of(20 * masks - 10, sample), _loss_of(10 - 20 * masks, sample)
    assert right < 0.05
    assert wrong > 10 * right


def _loss_of(logits: Tensor, sample: dict[str, Tensor]) -> float:
    class Given(torch.nn.Module):
        def forward(self, *_: Tensor) -> tuple[Tensor, Tensor]:
            ridges = logits[None, :, None, ::2, ::2].expand(-1, -1, 3, -1, -1)
            return logits[None], ridges

    batch = {name: value[None] for name, value in sample.items()}
    return float(LiteObjective(0, "random", shape=SMALL).loss(Given(), batch).total)


def test_a_few_steps_raise_the_map_inside_the_box() -> None:
    objective = LiteObjective(0, "random", shape=SMALL)
    net = objective.build()
    batch = {name: value[None] for name, value in objective.prepare(_labelled()).items()}
    before = objective.loss(net, batch)
    assert set(before.parts) == {"entropy", "overlap", "ridge"}
    optimizer = torch.optim.AdamW(net.parameters(), 3e-3)
    for _ in range(12):
        optimizer.zero_grad()
        loss = objective.loss(net, batch)
        loss.total.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    attention = objective.maps(net, batch)[0, 0]
    mask = batch["masks"][0, 0] > 0
    assert float(loss.total.detach()) < 0.8 * float(before.total.detach())
    assert float(attention[mask].mean()) > 2 * float(attention[~mask].mean())


def test_equal_seeds_give_equal_nets_and_the_encoder_comes_from_the_file() -> None:
    first, again, other = (LiteObjective(seed, "").build().state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["query.weight"], other["query.weight"])
    assert torch.equal(first["encoder.layers.0.weight"], other["encoder.layers.0.weight"])


@pytest.mark.parametrize("name", ["color", "first_thermal"])
def test_images_travel_as_bytes(name: str) -> None:
    assert LiteObjective(0, "random", shape=SMALL).prepare(_labelled())[name].dtype == torch.uint8
