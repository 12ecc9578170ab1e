"""Named sets of settings: what each changes of the defaults, which are those of `realtime`.

`paper` is the paper as far as its text goes, with MDNet's numbers where it is silent; see
docs/paper.md for each. `dat` and `py_mdnet` are the numbers of the two codes it descends from.
MDNet's generators apply an aspect factor to width and height at once: its 1.1 is our 1.21.
"""

from __future__ import annotations

from collections.abc import Mapping

_Values = Mapping[str, bool | int | float | str]

_PAPER: _Values = {
    "min_side": 10.0,
    "search.elsewhere": False,
    "features.source": "crops",
    "proposals.scale": 1.05,
    "proposals.aspect": 1.0,
    "proposals.failed_shift": 1.5,
    "proposals.agreement": 0.0,
    "head.members": 1,
    "head.hidden": 512,
    "head.fusion": "fc5_concat",
    "head.start": "mdnet",
    "head.score": "target",
    "samples.background_scale": 1.2,
    "samples.background_aspect": 1.0,
    "samples.overhang": True,
    "first_frame.negatives": 5000,
    "first_frame.views": 0,
    "first_frame.rate": 2e-4,
    "first_frame.background_shift": 1.0,
    "first_frame.background_scale": 2.0,
    "first_frame.background_aspect": 1.21,
    "first_frame.whole_image_share": 0.5,
    "first_frame.mining_pool": 1024,
    "first_frame.kept_positives": 50,
    "learning.rate": 3e-4,
    "learning.max_gradient": 10.0,
    "learning.loss": "sum",
    "learning.batch_negatives": 32,
    "learning.mining": "each_step",
    "learning.mining_pool": 1024,
    "learning.modality_dropout": 0.0,
    "learning.spread": False,
    "learning.counts_failures": True,
    "learning.short_term": "always",
    "learning.early_interval": 10,
    "learning.early_frames": 0,
    "learning.negatives_per_frame": 200,
    "attention.weight": 3.0,
    "attention.level": "conv1",
    "attention.samples": 32,
    "attention.every": 1,
    "global_attention.enabled": False,  # its weights are too large to come with the package
    "global_attention.net": "paper",
    "global_attention.when": "every_frame",
    "global_attention.asynchronous": "off",
    "global_attention.regions": "components",
    "global_attention.gate": "paper",
    "memory.first_share": 0.0,
    "box_regression.boxes": 1000,
    "box_regression.aspect": 1.21,
    "box_regression.sample_overlap": 0.6,
    "box_regression.sample_min_area": 1.0,
    "box_regression.sample_max_area": 2.0,
    "box_regression.ridge": 1000.0,
    "box_regression.ridge_unit": "absolute",
    "box_regression.max_growth": 1.0,
    "status.rule": "absolute",
    "status.on_failure": "hold",
}

_DAT: _Values = {
    **_PAPER,
    "head.dropout_input": True,
    "attention.weight": 5.0,
    "memory.keep_first": False,
}

_PY_MDNET: _Values = {
    **_PAPER,
    "attention.enabled": False,
    "proposals.failed_growth": 1.1,
    "samples.target_scale": 1.3,
    "samples.background_shift": 2.0,
    "samples.background_scale": 1.3,
    "first_frame.rate": 5e-4,
    "first_frame.background_scale": 1.6,
    "first_frame.background_aspect": 1.0,
    "first_frame.kept_positives": 500,
    "learning.rate": 1e-3,
    "learning.loss": "mean",
    "learning.batch_negatives": 96,
    "memory.short_term": 30,
    "box_regression.scale": 1.6,
    "box_regression.guard": False,
    "status.on_failure": "follow",
}

PRESETS: Mapping[str, _Values] = {
    "realtime": {},
    "paper": _PAPER,
    "dat": _DAT,
    "py_mdnet": _PY_MDNET,
}
