"""What is there, missing and odd in a copy of a benchmark, found out without using it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rgbt_dualatt_ros.core.box import ImageSize
from rgbt_dualatt_ros.core.box_array import iou
from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.datasets.benchmark import Benchmark, BenchmarkSequence
from rgbt_dualatt_ros.datasets.benchmark_kinds import BenchmarkName
from rgbt_dualatt_ros.datasets.sequence_folder import FolderSequence

# Boxes of two registered cameras on one target; below it one file is of other frames or corners.
_LEAST_AGREEMENT = 0.3
_MOST_IMAGES_NAMED = 3


@dataclass(frozen=True, slots=True)
class SequenceFinding:
    """What was found out about one sequence.

    Attributes:
        frames: frame pairs that can be used; 0 when the sequence cannot.
        absent: frames without a box.
        size: of the first colour image; None when it cannot be read.
        broken: what cannot be read.
        odd: what can be read, but should be looked at.
    """

    name: str
    frames: int = 0
    absent: int = 0
    size: ImageSize | None = None
    broken: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BenchmarkFinding:
    """What was found out about a copy of a benchmark."""

    name: BenchmarkName
    root: Path
    sequences: tuple[SequenceFinding, ...]
    labels: dict[str, int]
    odd: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every sequence can be used."""
        return not any(each.broken for each in self.sequences)

    def lines(self) -> list[str]:
        """The finding as text."""
        return finding_lines(f"{self.name} in {self.root}", self.sequences, self)


def finding_lines(
    title: str, sequences: Sequence[SequenceFinding], whole: BenchmarkFinding | None = None
) -> list[str]:
    """What was found out about several sequences as text.

    Args:
        whole: the benchmark they are, if they are one.
    """
    frames = [each.frames for each in sequences]
    sizes = Counter(str(each.size) for each in sequences if each.size)
    published = whole.name.kind.size_of(whole.name.split) if whole else 0
    of = f" of {published}" if published else ""
    lines = [
        title,
        f"  sequences: {len(frames)}{of}",
        f"  frames: {sum(frames)}, {min(frames)} to {max(frames)} a sequence, "
        f"{sum(each.absent for each in sequences)} without a box",
        f"  image sizes: {', '.join(f'{size} ({n})' for size, n in sizes.most_common())}",
    ]
    if whole and whole.labels:
        said = ", ".join(f"{label} {count}" for label, count in whole.labels.items())
        lines.append(f"  attributes: {said}")
    broken = [f"{each.name}: {text}" for each in sequences for text in each.broken]
    odd = [f"{each.name}: {text}" for each in sequences for text in each.odd]
    lines += _section("cannot be read", broken)
    lines += _section("odd", [*(whole.odd if whole else ()), *odd])
    return [*lines, "not every one can" if broken else "every sequence can be used"]


def check_benchmark(
    benchmark: Benchmark,
    *,
    every_image: bool = False,
    on_sequence: Callable[[str], None] = lambda _: None,
) -> BenchmarkFinding:
    """Read all boxes and, of every sequence, the first and the last image pair or all of them.

    Args:
        on_sequence: called after each sequence with its name, for a progress bar.
    """
    findings = []
    for sequence in benchmark.sequences:
        findings.append(_check_sequence(sequence, every_image=every_image))
        on_sequence(sequence.name)
    labels = Counter(label for each in benchmark.sequences for label in each.attributes)
    return BenchmarkFinding(
        benchmark.name, benchmark.root, tuple(findings), dict(labels), tuple(_odd_whole(benchmark))
    )


def _odd_whole(benchmark: Benchmark) -> Iterator[str]:
    yield from benchmark.notes
    published = benchmark.name.kind.size_of(benchmark.name.split)
    if published and len(benchmark.sequences) != published:
        yield f"{len(benchmark.sequences)} sequences; {benchmark.name} has {published}"
    without = [each.name for each in benchmark.sequences if not each.attributes]
    if 0 < len(without) < len(benchmark.sequences):
        yield f"no attributes for {', '.join(without)}"


def _check_sequence(sequence: BenchmarkSequence, *, every_image: bool) -> SequenceFinding:
    try:
        opened = sequence.read()
    except DatasetError as error:
        return SequenceFinding(sequence.name, broken=(str(error),))
    indices = range(len(opened)) if every_image else sorted({0, len(opened) - 1})
    found = [_size_or_error(opened, index) for index in indices]
    unreadable = [each for each in found if isinstance(each, str)]
    sizes = list(dict.fromkeys(each for each in found if isinstance(each, ImageSize)))
    if len(sizes) > 1:
        unreadable.insert(0, f"colour images of different sizes: {', '.join(map(str, sizes))}")
    if len(unreadable) > _MOST_IMAGES_NAMED:
        more = len(unreadable) - _MOST_IMAGES_NAMED
        unreadable[_MOST_IMAGES_NAMED:] = [f"{more} more of that kind"]
    return SequenceFinding(
        sequence.name,
        len(opened),
        int(np.isnan(opened.truth[:, 0]).sum()),
        sizes[0] if sizes else None,
        tuple(unreadable),
        (*opened.notes, *_odd_boxes(opened, sizes[0] if sizes else None)),
    )


def _size_or_error(sequence: FolderSequence, index: int) -> ImageSize | str:
    try:
        return sequence.pair_at(index).size
    except DatasetError as error:
        return str(error)


def _odd_boxes(sequence: FolderSequence, size: ImageSize | None) -> Iterator[str]:
    if size:
        centers = sequence.truth[:, :2] + sequence.truth[:, 2:] / 2
        outside = int(((centers < 0) | (centers > (size.width, size.height))).any(axis=1).sum())
        if outside:
            yield (
                f"the centres of {outside} boxes lie outside the {size} image: "
                "are they corners, or of another image size?"
            )
    if {"visible", "infrared"} <= sequence.truths.keys():
        overlap = iou(sequence.truths["visible"], sequence.truths["infrared"])
        known = overlap[np.isfinite(overlap)]
        if len(known) and known.mean() < _LEAST_AGREEMENT:
            yield f"the boxes of the two cameras overlap by {known.mean():.2f} only (mean IoU)"


def _section(title: str, lines: list[str]) -> list[str]:
    return [f"  {title}:", *(f"    {line}" for line in lines)] if lines else []
