"""The nets that the package ships, from clips to weight files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rgbt_dualatt_ros.core.training_config import DistillationConfig, VggMDistillationConfig
from rgbt_dualatt_ros.models.backbone import BackboneShape
from rgbt_dualatt_ros.models.weights import save_backbone, save_vgg_m
from rgbt_dualatt_ros.training.distillation import DistillationResult, distill
from rgbt_dualatt_ros.training.origin import describe_origin
from rgbt_dualatt_ros.training.students import BackboneStudent, VggMStudent


def train_and_save(
    data: Path,
    teachers: Sequence[Path],
    config: DistillationConfig,
    out: Path,
    command: Sequence[str],
) -> DistillationResult:
    """Train the net that `config` is for, the compact backbone or VGG-M, and write it to `out`.

    Args:
        data: a folder of mp4 clips.
        teachers: state dicts of larger nets.
        config: one of the two kinds of training settings.
        out: a safetensors file.
        command: what the user typed, to be stored in it.

    Raises:
        DatasetError, WeightsError, RgbtError: as `distill`.
    """
    student: BackboneStudent | VggMStudent
    if isinstance(config, VggMDistillationConfig):
        student = VggMStudent(config.components, config.seed)
    else:
        student = BackboneStudent(BackboneShape(), config.seed)
    result = distill(student, data, teachers, config)
    facts = {
        **describe_origin(command, data, teachers),
        "seed": str(config.seed),
        "held_out_error": f"{result.error:.4f}",
    }
    if isinstance(student, VggMStudent):
        save_vgg_m(student.finished(result.sample), out, facts)
    else:
        save_backbone(student.learning, out, facts)
    return result
