"""Results of a tracker become a benchmark's figures: overall, by attribute, by sequence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from rgbt_dualatt_ros.core.errors import DatasetError
from rgbt_dualatt_ros.evaluation.metrics import Values
from rgbt_dualatt_ros.evaluation.protocols.frame_measures import AnyBoxes
from rgbt_dualatt_ros.evaluation.protocols.frame_rules import Truths, measure
from rgbt_dualatt_ros.evaluation.protocols.protocol import Protocol

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """What one sequence or several scored together.

    Attributes:
        sequences: how many of them have a scored frame.
        frames: scored ones.
        curves: `(T,)` by the key of the curve; NaN when no frame is scored.
        figures: by the key of the figure, likewise; in [0, 1].
    """

    sequences: int
    frames: int
    curves: Mapping[str, Values]
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """All figures of one run of a tracker.

    Attributes:
        overall: of all sequences.
        sequences: of each, by name, in the order they were given in.
        attributes: of those that have a label, by label: the protocol's first, in its order.
        notes: what is odd about the results; a clause each, for people.
    """

    protocol: Protocol
    overall: Group
    sequences: Mapping[str, Group]
    attributes: Mapping[str, Group] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def score(
    protocol: Protocol,
    truths: Mapping[str, Truths],
    results: Mapping[str, AnyBoxes],
    attributes: Mapping[str, Sequence[str]] | None = None,
) -> Scores:
    """Score `results` by the rules of `protocol`; no argument is changed.

    Args:
        truths: by sequence and kind, as written, also boxes without area
            (`FolderSequence.written_truths`); what is not here is not scored.
        results: `(M, 4)` xywh, px, by sequence; NaN for no answer. A result of another length than
            the truth is noted; rows too many are cut off, as all toolkits do.
        attributes: labels of each sequence.

    Raises:
        DatasetError: when a sequence has no result or no truth of the kind that is needed.
    """
    _refuse_missing(truths, results)
    sequences = {
        name: _of_sequence(protocol, truth, results[name], name) for name, truth in truths.items()
    }
    by_label = _members(protocol, attributes or {}, sequences)
    return Scores(
        protocol,
        pooled(protocol, sequences.values()),
        sequences,
        {label: pooled(protocol, [sequences[n] for n in names]) for label, names in by_label},
        tuple(_notes(truths, results)),
    )


def pooled(protocol: Protocol, groups: Iterable[Group]) -> Group:
    """What several sequences scored together; one without a scored frame counts in nothing."""
    scored = [group for group in groups if group.frames]
    weights = [group.frames if protocol.pooling == "frames" else 1 for group in scored]
    curves = {
        curve.key: _average([group.curves[curve.key] for group in scored], weights)
        if scored
        else np.full(len(curve.thresholds), np.nan)
        for curve in protocol.curves
    }
    frames = sum(group.frames for group in scored)
    return _group(protocol, sum(group.sequences for group in scored), frames, curves)


def _average(curves: list[Values], weights: list[int]) -> Values:
    return np.asarray(np.average(curves, axis=0, weights=weights), np.float64)


def _group(protocol: Protocol, sequences: int, frames: int, curves: dict[str, Values]) -> Group:
    figures = {figure.key: figure.of(curves[figure.curve.key]) for figure in protocol.figures}
    return Group(sequences, frames, curves, figures)


def _of_sequence(protocol: Protocol, truths: Truths, result: AnyBoxes, name: str) -> Group:
    values = measure(protocol, truths, result, name)
    curves = {curve.key: curve.rates(values[curve.quantity]) for curve in protocol.curves}
    first = next(iter(values.values()))
    frames = int((~np.isnan(first)).sum())
    return _group(protocol, int(frames > 0), frames, curves)


def _refuse_missing(truths: Mapping[str, Truths], results: Mapping[str, AnyBoxes]) -> None:
    missing = [name for name in truths if name not in results]
    if missing:
        more = ", ..." if len(missing) > _MOST_NAMED else ""
        raise DatasetError(
            f"{len(missing)} of {len(truths)} sequences have no result: "
            f"{', '.join(missing[:_MOST_NAMED])}{more}"
        )


def _members(
    protocol: Protocol, attributes: Mapping[str, Sequence[str]], sequences: Mapping[str, Group]
) -> list[tuple[str, list[str]]]:
    """Every label with the names of its sequences; labels of no sequence are left out."""
    own = {name: tuple(attributes.get(name, ())) for name in sequences}
    labels = dict.fromkeys([*protocol.attributes, *(each for row in own.values() for each in row)])
    members = [(label, [name for name in own if label in own[name]]) for label in labels]
    return [(label, names) for label, names in members if names]


def _notes(truths: Mapping[str, Truths], results: Mapping[str, AnyBoxes]) -> Iterable[str]:
    for name, truth in truths.items():
        frames, rows = len(next(iter(truth.values()))), len(results[name])
        if rows != frames:
            yield f"the result of {name} has {rows} rows for {frames} frames"
