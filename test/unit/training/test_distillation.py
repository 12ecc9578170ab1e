"""Distillation on made-up clips and teachers with random weights.

Proves: data is read, the loss falls, the same seed gives the same net, and wrong input ends in one
clear error. Not: that the trained features are good (weights/README.md).
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from rgbt_dualatt_ros.core.errors import DatasetError, RgbtError, WeightsError
from rgbt_dualatt_ros.core.training_config import DistillationConfig
from rgbt_dualatt_ros.models.backbone import BackboneShape
from rgbt_dualatt_ros.training import distillation
from rgbt_dualatt_ros.training.distillation import DistillationResult, distill
from rgbt_dualatt_ros.training.students import BackboneStudent
from rgbt_dualatt_ros.training.teachers import load_teacher, mobilenet_trunk, vgg_trunk
from rgbt_dualatt_ros.training.training_clips import read_clips

TINY = BackboneShape(stem=3, middle=4, trunk=6, features=5)
CONFIG = DistillationConfig(
    frame_step=2, crops=40, crop_side=48, min_source_side=40, epochs=12, batch=8
)


@pytest.fixture
def teacher(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    path = tmp_path / "mobilenet.pt"
    state = mobilenet_trunk().state_dict()
    torch.save({f"features.{name}": value for name, value in state.items()}, path)
    return path


def test_clips_are_sorted_by_their_names(clips: Path) -> None:
    found = read_clips(clips, frame_step=2)
    assert len(found.color) == 3
    assert len(found.thermal) == 6
    assert found.color[0].shape == (80, 96, 3)
    assert found.thermal[0].shape == (80, 96)


def train(
    data: Path, teachers: list[Path], shape: BackboneShape, config: DistillationConfig
) -> tuple[BackboneStudent, DistillationResult]:
    student = BackboneStudent(shape, config.seed)
    return student, distill(student, data, teachers, config)


def test_the_student_learns_and_a_seed_repeats_it(clips: Path, teacher: Path) -> None:
    config = dataclasses.replace(CONFIG, crops=60, epochs=25, learning_rate=5e-3)
    shape = BackboneShape(stem=6, middle=8, trunk=12, features=3)
    (student, result), (other, again) = (train(clips, [teacher], shape, config) for _ in range(2))
    assert result.steps == 25 * (58 // 8)
    assert 0 < result.explained <= 1
    assert result.error < 0.95  # 1 is a net that always gives the mean
    assert result.error == again.error
    for name, value in student.learning.state_dict().items():
        torch.testing.assert_close(value, other.learning.state_dict()[name])


def test_an_exploding_loss_ends_with_the_remedy(
    clips: Path, teacher: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        distillation, "_loss", lambda *_: torch.tensor(torch.nan, requires_grad=True)
    )
    with pytest.raises(RgbtError, match=r"not finite at step 0; lower learning_rate"):
        train(clips, [teacher], TINY, CONFIG)


def test_missing_clips_are_named(tmp_path: Path, clips: Path, teacher: Path) -> None:
    with pytest.raises(DatasetError, match="is not a folder"):
        train(tmp_path / "gone", [teacher], TINY, CONFIG)
    only = clips / "b.mp4"
    for clip in set(clips.iterdir()) - {only}:
        clip.unlink()
    with pytest.raises(DatasetError, match=r"0 colour clips .* and 1 thermal"):
        train(clips, [teacher], TINY, CONFIG)


def test_a_clip_that_is_no_video_is_named(clips: Path, teacher: Path) -> None:
    (clips / "c.mp4").write_bytes(b"no video")
    with pytest.raises(DatasetError, match=r"no frame of .*c\.mp4"):
        train(clips, [teacher], TINY, CONFIG)


@pytest.mark.parametrize("content", [b"", b"no state dict"], ids=["empty", "text"])
def test_a_teacher_that_cannot_be_read_is_named(
    tmp_path: Path, clips: Path, content: bytes
) -> None:
    path = tmp_path / "teacher.pt"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"cannot read the teacher .*teacher\.pt"):
        train(clips, [path], TINY, CONFIG)


def test_a_teacher_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "teacher.pt"
    torch.save({"features.0.weight": torch.zeros(3)}, path)
    with pytest.raises(WeightsError, match="neither MobileNetV2 nor VGG-16"):
        load_teacher(path)


@pytest.mark.parametrize(
    ("trunk", "channels"), [(mobilenet_trunk, 192), (vgg_trunk, 512)], ids=["mobilenet", "vgg"]
)
def test_teachers_have_the_students_stride(trunk: object, channels: int) -> None:
    assert callable(trunk)
    with torch.inference_mode():
        assert trunk().eval()(torch.zeros(1, 3, 48, 64)).shape == (1, channels, 6, 8)


def test_training_settings_are_read_only() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        CONFIG.seed = 3  # type: ignore[misc]
