"""A reproduction as text: Markdown, CSV and JSON in its folder, and what the terminal shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.evaluation.protocols.convention import convention
from rgbt_dualatt_ros.evaluation.protocols.score_tables import scores_csv, scores_json
from rgbt_dualatt_ros.evaluation.record import Record
from rgbt_dualatt_ros.evaluation.record_files import Json, to_json
from rgbt_dualatt_ros.evaluation.reproduction.claim_scores import (
    ClaimScores,
    VariantRuns,
    runs_by_variant,
    score_claims,
    unreadable,
)
from rgbt_dualatt_ros.evaluation.reproduction.claim_tables import (
    Cells,
    claim_cells,
    claims_json,
    figures_csv,
    markdown_table,
    sources,
    terminal_table,
)
from rgbt_dualatt_ros.evaluation.reproduction.claims import Claim
from rgbt_dualatt_ros.evaluation.reproduction.departures import mixture
from rgbt_dualatt_ros.evaluation.reproduction.measured_set import MeasuredSet
from rgbt_dualatt_ros.evaluation.results import ResultFolder

DRY_WARNING = (
    "DRY RUN: the first frames of the first sequences, with few samples and steps. The numbers "
    "mean nothing; they only show that everything runs."
)
_TABLES_OF = "gtot"
_NO_FIGURES = {
    "lambda": "The paper prints this table for GTOT only.",
    "parts": "The paper says this of GTOT only.",
    "attributes": "The paper shows this as a picture (Fig. 5, RGBT234) without numbers.",
}


@dataclass(frozen=True, slots=True, eq=False)
class Reproduction:
    """What was run and what came out.

    Attributes:
        run: what run.json says.
        departures: in what it departs from the paper; a line each.
        failures: passes that ended in an error, and sequences that were left out.
        is_dry: whether the numbers mean nothing.
    """

    measured: MeasuredSet
    claims: tuple[ClaimScores, ...]
    runs: Mapping[str, VariantRuns]
    run: Json
    departures: tuple[str, ...]
    failures: tuple[str, ...]
    is_dry: bool

    @classmethod
    def of(
        cls,
        measured: MeasuredSet,
        claims: Sequence[Claim],
        records: Sequence[Record],
        run: Json,
        departures: Sequence[str],
    ) -> Reproduction:
        """Score the records of all passes.

        Raises:
            ConfigError: when the images of no sequence could be read.
        """
        left_out = unreadable(records)
        if len(left_out) == len(measured.sequences):
            failure = next(each.failure for each in records if each.failure)
            raise ConfigError(f"there is nothing to score: {failure}")
        runs = runs_by_variant(measured, records)
        failed = [
            f"{each.tracker} on {each.sequence}, seed {each.seed}: {each.failure}"
            for each in records
            if each.failure
        ]
        scores = tuple(score_claims(measured, claims, runs))
        failures = (*measured.left_out, *failed)
        is_dry = bool(run["settings"]["dry_run"])
        told = (*departures, *mixture(records))
        return cls(measured, scores, runs, run, told, failures, is_dry)

    @property
    def extent(self) -> str:
        """On how much of the set; says when it is not the whole."""
        counted = next(iter(self.runs.values())).scores[0].overall
        text = f"{counted.sequences} of {self.measured.published_size} sequences"
        if counted.sequences < self.measured.published_size:
            text += ", so that no figure is one of the whole set"
        return f"{text}; {counted.frames} frames scored"


def write_reproduction(reproduction: Reproduction, folder: ResultFolder) -> Path:
    """Write reproduction.md, .csv, .json and scores.csv; the path of the first.

    Raises:
        ConfigError: when `folder` cannot be written.
    """
    scores = {name: each.scores for name, each in reproduction.runs.items()}
    content = {
        "set": reproduction.measured.key,
        "dry_run": reproduction.is_dry,
        "extent": reproduction.extent,
        "departures": list(reproduction.departures),
        "failures": list(reproduction.failures),
        "seeds": {name: list(each.seeds) for name, each in reproduction.runs.items()},
        "claims": claims_json(reproduction.claims),
        "scores": scores_json(scores),
        "run": reproduction.run,
    }
    texts = {
        "reproduction.md": markdown(reproduction),
        "reproduction.csv": figures_csv(reproduction.claims),
        "reproduction.json": to_json(content),
        "scores.csv": scores_csv(scores),
    }
    for name, text in texts.items():
        folder.write(name, text)
    return folder.path / "reproduction.md"


def markdown(reproduction: Reproduction) -> str:
    """The whole report."""
    lines = [
        f"# The paper's claims on {reproduction.measured.protocol.name}",
        *([f"**{DRY_WARNING}**"] if reproduction.is_dry else []),
        f"{reproduction.extent}.",
        *_sections(reproduction, "## ", markdown_table),
        "## How this was measured",
        convention(reproduction.measured.protocol),
        _list(reproduction.departures, reproduction.measured.notes),
        *(["## Errors", _list(reproduction.failures)] if reproduction.failures else []),
        "## Command, versions, machine",
        _list(f"{name}: {value}" for name, value in _origin(reproduction.run)),
    ]
    return "\n\n".join(lines) + "\n"


def terminal_text(reproduction: Reproduction) -> str:
    """The tables and what a reader must know, for a terminal."""
    lines = [
        *([DRY_WARNING] if reproduction.is_dry else []),
        f"{reproduction.measured.protocol.name}: {reproduction.extent}.",
        *_sections(reproduction, "", terminal_table),
        convention(reproduction.measured.protocol),
        _list(reproduction.departures, reproduction.measured.notes),
    ]
    return "\n\n".join(lines)


def _sections(
    reproduction: Reproduction, heading: str, table: Callable[[Cells], str]
) -> Iterable[str]:
    for each in reproduction.claims:
        yield f"{heading}{each.claim.name}: {each.claim.title}"
        is_silent = each.claim.name == "attributes" or reproduction.measured.key != _TABLES_OF
        if is_silent and each.claim.name in _NO_FIGURES:
            yield _NO_FIGURES[each.claim.name]
        if not each.figures:
            yield "Not here: the set was found without its files of challenge labels."
            continue
        yield from map(table, claim_cells(each))
        if where := sources(each):
            yield f"The paper's figures: {where}."


def _list(*lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in chain(*lines))


def _origin(run: Json) -> Iterable[tuple[str, object]]:
    yield "command", f"`{run['command']}`"
    yield from run["made_with"].items()
