"""Weights that others made, as files of ours: finds out which net a file is for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rgbt_dualatt_ros.core.errors import WeightsError
from rgbt_dualatt_ros.models import vgg16_files, vgg_m_files
from rgbt_dualatt_ros.models.global_weights import save_vgg16
from rgbt_dualatt_ros.models.torch_files import digest_of, read_checkpoint


@dataclass(frozen=True, slots=True)
class Imported:
    """What was found, for the user.

    Attributes:
        layout: what kind of file it was, in words.
        left_out: what else it holds, which is not taken.
    """

    layout: str
    left_out: tuple[str, ...]


def import_weights(given: str, out: Path, lrn: str | None, precision: str) -> Imported:
    """Read the weights of VGG-M or VGG-16 out of a foreign file and write them to `out`.

    Args:
        given: MatConvNet's `.mat`, a checkpoint of an MDNet-like tracker, torchvision's VGG-16,
            or `VGG16_Weights.IMAGENET1K_V1`, which torchvision fetches.
        out: a safetensors file.
        lrn: normalisation that VGG-M was made with; None takes that of the layout.
        precision: of the numbers in `out`, `fp16` or `fp32`.

    Raises:
        WeightsError: when it cannot be read or fetched, is for neither net, has no normalisation
            but `lrn` was given, or `out` cannot be written.
    """
    is_fetched = given == vgg16_files.TORCHVISION_NAME
    path = vgg16_files.fetch_from_torchvision() if is_fetched else Path(given)
    if path.suffix.lower() != ".mat":
        stored = read_checkpoint(path, "the checkpoint")
        if vgg16_files.is_vgg16(stored):
            if lrn is not None:
                raise WeightsError(f"{path} holds VGG-16, which has no normalisation; omit --lrn")
            return _save_vgg16(vgg16_files.import_vgg16(stored, path), path, out, precision)
    vgg_m = vgg_m_files.import_and_save(path, out, lrn, precision)
    return Imported(f"{vgg_m.layout}; normalisation {vgg_m.net.lrn}", vgg_m.left_out)


def _save_vgg16(
    found: vgg16_files.ImportedVgg16, path: Path, out: Path, precision: str
) -> Imported:
    origin = {
        "imported": f"{path.name} ({found.layout}), SHA-256 {digest_of(path)}",
        "left_out": " ".join(found.left_out),
    }
    save_vgg16(found.net, out, origin, precision)
    return Imported(found.layout, found.left_out)
