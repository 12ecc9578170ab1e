"""What robot monitors read in `/diagnostics`: how tracking, learning and search go."""

from __future__ import annotations

from collections.abc import Mapping

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

from rgbt_dualatt_ros.core.explanation import LearningReport
from rgbt_dualatt_ros.core.time_units import NS_PER_MS
from rgbt_dualatt_ros.ros.search_watch import SearchFigures
from rgbt_dualatt_ros.ros.status_board import NodeState, NodeStatus

# A single step is lost now and then, as in the first frame of a dead camera; more means harm.
_SKIPPED_WITHOUT_WARNING = 3
_SKIPPED_SHARE = 0.01
# Of sigma / mu of each kind of map, in the order of `LearningReport.spreads`.
_SPREADS = (
    "spread_of_target_score_on_target",
    "spread_of_background_score_on_target",
    "spread_of_target_score_on_background",
    "spread_of_background_score_on_background",
)


def tracking_diagnosis(
    node_name: str, status: NodeStatus, pairs_seen: int, pairs_dropped: int
) -> DiagnosticStatus:
    """State, counts and times; a warning with a problem, an error when the node is ending."""
    level = DiagnosticStatus.WARN if status.problem else DiagnosticStatus.OK
    if status.state is NodeState.FAILED:
        level = DiagnosticStatus.ERROR
    values = {
        "state": status.state.name,
        "rate_hz": f"{status.rate_hz:.1f}",
        "processing_ms": f"{status.processing_ns / NS_PER_MS:.1f}",
        "pairs_seen": str(pairs_seen),
        "pairs_processed": str(status.processed),
        "pairs_dropped": str(pairs_dropped),
        "pairs_rejected": str(status.rejected),
    }
    message = status.problem or status.state.name.lower()
    return _diagnosis(node_name, "tracking", level, message, values)


def learning_diagnosis(node_name: str, report: LearningReport) -> DiagnosticStatus:
    """Steps, losses and the spread of the attention maps; a warning when many steps were left out.

    Many is more than three, and more than one in a hundred.
    """
    is_worrying = report.skipped > max(_SKIPPED_WITHOUT_WARNING, _SKIPPED_SHARE * report.steps)
    level, message = DiagnosticStatus.OK, f"{report.steps} steps"
    if report.steps == 0:
        message = "nothing learnt yet"
    if is_worrying:
        level = DiagnosticStatus.WARN
        message = (
            f"{report.skipped} of {report.steps} steps left out, their loss was not finite; "
            "lower learning.rate or attention.weight"
        )
    values = {
        "steps": str(report.steps),
        "skipped": str(report.skipped),
        "unattended": str(report.unattended),
        "classification_loss": f"{report.classification_loss:.6g}",
        "target_penalty": f"{report.target_penalty:.6g}",
        "background_penalty": f"{report.background_penalty:.6g}",
    }
    spreads = zip(_SPREADS, report.spreads, strict=True)
    values |= {name: f"{spread:.6g}" for name, spread in spreads}
    return _diagnosis(node_name, "learning", level, message, values)


def search_diagnosis(node_name: str, figures: SearchFigures) -> DiagnosticStatus:
    """Whether the whole image is searched, how new its map is, and how often that has helped."""
    message, age_ms = "no map yet", ""
    if figures.age_ns is not None:
        age_ms = f"{figures.age_ns / NS_PER_MS:.1f}"
        message = f"the map is {age_ms} ms old"
    elif not figures.is_global:
        message = "global attention is off"
    values = {
        "global_attention": "on" if figures.is_global else "off",
        "maps": str(figures.maps),
        "map_rate_hz": f"{figures.rate_hz:.1f}",
        "map_age_ms": age_ms,
        "map_age_pairs": str(figures.age_pairs) if age_ms else "",
        "redetections": str(figures.redetections),
    }
    return _diagnosis(node_name, "search", DiagnosticStatus.OK, message, values)


def _diagnosis(
    node_name: str, subject: str, level: bytes, message: str, values: Mapping[str, str]
) -> DiagnosticStatus:
    return DiagnosticStatus(
        level=level,
        name=f"{node_name}: {subject}",
        message=message,
        hardware_id=node_name,
        values=[KeyValue(key=key, value=value) for key, value in values.items()],
    )
