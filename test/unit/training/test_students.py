"""Students: the pixels their answers lie over, and VGG-M's way from units to grey levels.

Not: how well they learn (test_distillation.py, weights/README.md).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from rgbt_dualatt_ros.core.training_config import VggMDistillationConfig
from rgbt_dualatt_ros.models.backbone import GREY, BackboneShape
from rgbt_dualatt_ros.models.weight_files import read_tensors
from rgbt_dualatt_ros.models.weights import load_vgg_m
from rgbt_dualatt_ros.training.distillation_targets import sample
from rgbt_dualatt_ros.training.shipped_nets import train_and_save
from rgbt_dualatt_ros.training.students import (
    FEATURE_RMS,
    BackboneStudent,
    Places,
    Student,
    VggMStudent,
)
from rgbt_dualatt_ros.training.teachers import Teacher, load_teacher, mobilenet_trunk, vgg_trunk

COMPONENTS = 6


def crops(count: int, side: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(count, 3, side, side, generator=generator) * 255


@pytest.mark.parametrize(
    ("student", "side"),
    [
        (BackboneStudent(BackboneShape(2, 3, 4, COMPONENTS), 0), 64),
        (VggMStudent(COMPONENTS, 0), 107),
        (VggMStudent(COMPONENTS, 0), 171),
    ],
    ids=["backbone", "vgg_m on a tracking crop", "vgg_m on a training crop"],
)
def test_there_is_one_answer_for_every_place(student: Student, side: int) -> None:
    places = student.places(side)
    with torch.no_grad():
        answers = student(crops(2, side))
    assert answers.shape == (2, COMPONENTS, places.count, places.count)


def test_vgg_m_looks_at_three_places_of_a_tracking_crop() -> None:
    places = VggMStudent(COMPONENTS, 0).places(107)
    assert [places.first + places.step * k for k in range(places.count)] == [37, 53, 69]


def seen_rows(answers: Tensor, images: Tensor) -> tuple[int, int]:
    (gradient,) = torch.autograd.grad(answers.sum(), images)
    rows = torch.nonzero(gradient.abs().sum(dim=(0, 1, 3)) > 0).flatten()
    return int(rows[0]), int(rows[-1])


def test_a_place_lies_in_the_middle_of_what_its_answer_sees() -> None:
    student = VggMStudent(COMPONENTS, 0)
    images = crops(4, 123).requires_grad_()
    places = student.places(123)
    for cell in range(places.count):
        first, last = seen_rows(student(images)[:, :, cell], images)
        assert (first + last) / 2 == places.first + places.step * cell


@pytest.mark.parametrize("trunk", [mobilenet_trunk, vgg_trunk], ids=["mobilenet", "vgg"])
def test_a_teacher_knows_which_pixel_its_first_cell_lies_over(
    tmp_path: Path, trunk: Callable[[], torch.nn.Sequential]
) -> None:
    torch.manual_seed(0)
    path = tmp_path / "teacher.pt"
    state = trunk().state_dict()
    torch.save({f"features.{name}": value for name, value in state.items()}, path)
    teacher = load_teacher(path)
    images = (crops(4, 160) / 128 - 1).requires_grad_()
    first, last = seen_rows(teacher.trunk(images)[:, :, 9], images)
    assert (first + last) / 2 == teacher.first_pixel + 8 * 9


def test_teacher_cells_are_read_between_their_centres() -> None:
    ramp = 3.5 + 8.0 * torch.arange(10)  # each cell tells the pixel it lies over
    features = torch.stack([ramp.view(1, -1).expand(10, 10), ramp.view(-1, 1).expand(10, 10)])
    read = sample(features[None], 3.5, Places(37, 16, 3))
    wanted = torch.tensor([37.0, 53.0, 69.0])
    torch.testing.assert_close(read[0, 0], wanted.view(1, 3).expand(3, 3))
    torch.testing.assert_close(read[0, 1], wanted.view(3, 1).expand(3, 3))


def test_places_on_the_cells_read_the_cells() -> None:
    features = torch.rand(2, 3, 9, 9)
    torch.testing.assert_close(sample(features, 0.0, Places(16, 8, 5)), features[:, :, 2:7, 2:7])


def test_the_finished_net_says_the_same_in_grey_levels_and_at_the_stated_scale() -> None:
    student = VggMStudent(COMPONENTS, 3)
    trained = student.learning
    assert isinstance(trained, torch.nn.Sequential)
    with torch.no_grad():
        for value in trained[0].parameters():  # biases that matter
            value.add_(0.05 * torch.randn(value.shape, generator=torch.Generator().manual_seed(1)))
    images = crops(3, 107)
    features = student.finished(images)(images - GREY).detach()
    assert float(features.square().mean().sqrt()) == pytest.approx(FEATURE_RMS, rel=1e-4)
    in_units = trained[0]((images - GREY) / 64).detach()
    ratio = FEATURE_RMS / float(in_units.square().mean().sqrt())
    torch.testing.assert_close(features, in_units * ratio, rtol=1e-3, atol=1e-3)


class _Ramp(torch.nn.Module):
    """A trunk whose features are the grey levels averaged over each cell."""

    def forward(self, images: Tensor) -> Tensor:
        return torch.nn.functional.avg_pool2d(images, 8)


def test_a_trained_vgg_m_is_written_and_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clips: Path
) -> None:
    monkeypatch.setattr(
        "rgbt_dualatt_ros.training.distillation.load_teacher",
        lambda _: Teacher(torch.nn.Sequential(_Ramp()), 3.5),
    )
    config = VggMDistillationConfig(
        frame_step=2, crops=24, crop_side=75, min_source_side=40, epochs=4, batch=8, components=3
    )
    out = tmp_path / "net.safetensors"
    (tmp_path / "teacher.pt").write_bytes(b"stands for one")
    teachers = [tmp_path / "teacher.pt"]
    result = train_and_save(clips, teachers, config, out, ["by", "a test"])
    assert result.error < 1
    metadata = read_tensors(out)[1]
    assert metadata["command"] == "by 'a test'"
    assert metadata["held_out_error"] == f"{result.error:.4f}"
    again = train_and_save(clips, teachers, config, out, [])
    assert again.error == result.error
    net = load_vgg_m(str(out), 0)
    assert net(torch.zeros(1, 3, 107, 107)).shape == (1, 512, 3, 3)
    assert not any(value.requires_grad for value in net.parameters())
    other = dataclasses.replace(config, seed=1)
    assert train_and_save(clips, teachers, other, out, []).error != result.error
