"""List, verify, convert and import the weights."""

from __future__ import annotations

import argparse
from pathlib import Path

_EXAMPLE = """example:
  rgbt-dualatt weights list            what is there, where it was found, how it was made
  rgbt-dualatt weights verify          do the shipped files read, fit and match their checksums?
  rgbt-dualatt weights verify my.safetensors
  rgbt-dualatt weights convert my.safetensors --out half.safetensors --precision fp16
  rgbt-dualatt weights import imagenet-vgg-m.mat --out vgg_m.safetensors
  rgbt-dualatt weights import mdnet_vot-otb.pth --out mdnet.safetensors --lrn pymdnet
  rgbt-dualatt weights import vgg16-397923af.pth --out weights/vgg16.safetensors
  rgbt-dualatt weights import VGG16_Weights.IMAGENET1K_V1 --out weights/vgg16.safetensors

import reads MatConvNet's imagenet-vgg-m.mat and checkpoints of MDNet and its kin; the result is
for preset paper: --set preset=paper --set weights=vgg_m.safetensors
It also reads torchvision's VGG-16, whole or its features only, with which the training of the
paper's global net begins; the last example lets torchvision fetch it (internet, 553 MB).
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `rgbt-dualatt weights`."""
    parser.epilog = _EXAMPLE
    parser.add_argument("action", choices=list(_ACTIONS), help="what to do")
    parser.add_argument("file", nargs="?", default="", help="a file; without it the shipped ones")
    parser.add_argument("--out", type=Path, help="file to write, for import and convert")
    parser.add_argument(
        "--precision", choices=["fp16", "fp32"], default="fp32", help="numbers in --out"
    )
    parser.add_argument(
        "--lrn",
        choices=["vggm", "window1", "pymdnet"],
        help="normalisation that an imported file was made with; without it that of its layout",
    )


def run(arguments: argparse.Namespace) -> int:
    """Do it and say what was found; a missing or damaged file is an error."""
    from rgbt_dualatt_ros.core.errors import WeightsError

    if arguments.action in ("import", "convert") and not (arguments.file and arguments.out):
        raise WeightsError(f"weights {arguments.action} needs a file and --out FILE.safetensors")
    if _is_same_file(arguments.out, arguments.file):
        raise WeightsError(f"--out {arguments.out} is the file that is read; name another")
    _ACTIONS[arguments.action](arguments)
    return 0


def _is_same_file(out: Path | None, given: str) -> bool:
    """Writing would destroy what a user may have only once."""
    return bool(out and given and out.exists() and Path(given).exists() and out.samefile(given))


def _list(arguments: argparse.Namespace) -> None:
    from rgbt_dualatt_ros.models.weights import KINDS

    if arguments.file:
        _tell(Path(arguments.file))
        return
    for kind in KINDS:
        _tell_kind(kind)


def _tell_kind(kind: str) -> None:
    from rgbt_dualatt_ros.core.errors import WeightsError
    from rgbt_dualatt_ros.models.weights import KINDS, locate

    try:
        path = locate(kind, "")
    except WeightsError:
        print(f"{kind}: no {KINDS[kind].file}; make it with: {KINDS[kind].command}")
    else:
        _tell(path)


def _tell(path: Path) -> None:
    for name, text in sorted(_describe(path).items()):
        print(f"  {name}: {text}")


def _verify(arguments: argparse.Namespace) -> None:
    from rgbt_dualatt_ros.models.weights import verify

    for path in _paths(arguments.file):
        metadata = _describe(path)
        kind = verify(path)
        print(
            f"  {kind}: checksum {metadata['checksum'][:16]}... is right and every tensor fits "
            "its net"
        )


def _convert(arguments: argparse.Namespace) -> None:
    from rgbt_dualatt_ros.models.weights import convert

    convert(Path(arguments.file), arguments.out, arguments.precision)
    _describe(arguments.out)


def _import(arguments: argparse.Namespace) -> None:
    from rgbt_dualatt_ros.models.foreign_weights import import_weights

    found = import_weights(arguments.file, arguments.out, arguments.lrn, arguments.precision)
    print(f"{arguments.file}: {found.layout}")
    if found.left_out:
        print(f"  left out: {', '.join(found.left_out)}")
    _describe(arguments.out)


def _paths(given: str) -> list[Path]:
    from rgbt_dualatt_ros.models.weights import SHIPPED, locate

    return [Path(given)] if given else [locate(kind, "") for kind in SHIPPED]


def _describe(path: Path) -> dict[str, str]:
    """Print what lies in the file; its metadata."""
    from rgbt_dualatt_ros.models.weight_files import read_tensors

    tensors, metadata = read_tensors(path)
    count = sum(value.numel() for value in tensors.values())
    size = path.stat().st_size / 1e6
    print(f"{path}: {size:.2f} MB, {count} weights in {len(tensors)} tensors")
    return metadata


_ACTIONS = {"list": _list, "verify": _verify, "convert": _convert, "import": _import}
