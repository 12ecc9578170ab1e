"""What the paper claims, as rows of tables: which variant of our tracker stands beside which."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rgbt_dualatt_ros.core.errors import ConfigError
from rgbt_dualatt_ros.evaluation.variants import Variant

ClaimName = Literal["lambda", "parts", "overall", "attributes"]
CLAIMS: dict[ClaimName, str] = {
    "lambda": "table 1: lambda from 1 to 9 changes little",
    "parts": "section 4.4: what each kind of attention adds",
    "overall": "Fig. 2: the whole tracker",
    "attributes": "Fig. 5: the same by challenge",
}
_WEIGHTS = range(1, 10)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table.

    Attributes:
        title: as it is printed.
        variant: what is run for it.
        key: the row of the paper, see `published.published`.
    """

    title: str
    variant: Variant
    key: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One table or figure of the paper.

    Attributes:
        gains: pairs of keys of rows, better and base, of which the paper claims a gain.
    """

    name: ClaimName
    rows: tuple[Row, ...]
    gains: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """What it is in the paper."""
        return CLAIMS[self.name]


def make_claims(names: Iterable[str], weight: float, *, has_global: bool) -> tuple[Claim, ...]:
    """The claims of those names, in the order of the paper; all of them without any name.

    Args:
        names: keys of `CLAIMS`.
        weight: lambda of the settings; the row of table 1 with it is the tracker itself, and is
            not run twice.
        has_global: whether the global attention network takes part. Without it, `ours` is left
            out and table 1 is made with local attention alone.

    Raises:
        ConfigError: when there is no claim of a name.
    """
    wanted = set(names)
    if unknown := wanted - {*CLAIMS}:
        raise ConfigError(f"there is no claim {min(unknown)!r}; there are {', '.join(CLAIMS)}")
    parts = _parts(has_global=has_global)
    gains = (("local", "baseline"), ("ours", "local"))[: len(parts) - 1]
    every: dict[ClaimName, Claim] = {
        "lambda": Claim("lambda", tuple(_lambdas(parts[-1], weight))),
        "parts": Claim("parts", parts, gains),
        "overall": Claim("overall", parts[-1:]),
        "attributes": Claim("attributes", parts),
    }
    return tuple(claim for name, claim in every.items() if name in (wanted or every))


def variants_of(claims: Sequence[Claim]) -> list[Variant]:
    """What must be run for all claims, each once."""
    return list(dict.fromkeys(row.variant for claim in claims for row in claim.rows))


def _parts(*, has_global: bool) -> tuple[Row, ...]:
    baseline = Variant("baseline", _switches(local=False, whole=False))
    local = Variant("local", _switches(local=True, whole=False))
    rows = (
        Row("Our-baseline", baseline, "baseline"),
        Row("Our-La (local attention)", local, "local"),
    )
    if not has_global:
        return rows
    both = Variant("both", _switches(local=True, whole=True))
    return (*rows, Row("Ours (local and global)", both, "ours"))


def _lambdas(whole: Row, weight: float) -> Iterable[Row]:
    for value in _WEIGHTS:
        key = f"lambda {value}"
        if value == weight:
            yield Row(key, whole.variant, key)
            continue
        label = f"{whole.variant.label}-lambda{value}"
        changes = (*whole.variant.changes, f"attention.weight={value}")
        yield Row(key, Variant(label, changes), key)


def _switches(*, local: bool, whole: bool) -> tuple[str, ...]:
    return (
        f"attention.enabled={str(local).lower()}",
        f"global_attention.enabled={str(whole).lower()}",
    )
