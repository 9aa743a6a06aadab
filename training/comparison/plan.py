"""Plan of a comparison: variants of a training, their trials, seeds and test sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import NamedTuple

from detailbase_core.errors import ConfigError
from detailbase_core.settings import Settings, from_dict, load_yaml, setting
from training.config import TrainConfig, read_settings, set_by_name

_PLANNED = ("out", "seed")  # of a run, by the plan


class Rates(NamedTuple):
    """The two learning rates that every variant is given the same choice of."""

    learning_rate: float
    backbone_rate: float


@dataclass(frozen=True)
class Plan(Settings):
    """One comparison. The first variant is the one that the others are compared with."""

    config: str = setting("", "Training config of the variants that name no `config` themselves.")
    changes: Mapping[str, object] = field(
        default_factory=dict,
        metadata={"doc": "Settings of all variants by dotted name, such as `loss.contrast`."},
    )
    variants: Mapping[str, Mapping[str, object]] = field(
        default_factory=dict,
        metadata={"doc": "By name: a `config` of its own, settings by dotted name, or both."},
    )
    learning_rates: tuple[float, ...] = setting(
        (), "To be tried, with each of backbone_rates; empty = the config's own.", low=0.0
    )
    backbone_rates: tuple[float, ...] = setting(
        (), "To be tried, with each of learning_rates; empty = the config's own.", low=0.0
    )
    trial_steps: int = setting(
        0, "Steps of a trial; 0 = as many as a run has, so the best trial is a run.", low=0
    )
    seeds: tuple[int, ...] = setting((1, 2, 3), "A run each; the first is that of trials.", low=0)
    development: str = setting("", "Folder of rooms that choose among trials.")
    exams: tuple[str, ...] = setting(
        ("data/exam_seen", "data/exam_unseen"), "Folders of rooms that every run is measured on."
    )
    side_by_side: int = setting(1, "Runs at a time on each GPU, or on the CPU.", low=1)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.variants or not self.seeds:
            raise ConfigError("variants, seeds: at least one of each is needed")
        for name in ("seeds", "learning_rates", "backbone_rates"):
            values = getattr(self, name)
            if len(set(values)) < len(values):
                raise ConfigError(f"{name}: one comes twice in {values}")
        if not self.exams:
            raise ConfigError("exams: name the rooms that the runs are measured on")
        if "config" in self.changes:
            raise ConfigError("changes: `config` is the plan's own, or a variant's")
        if self.has_trials != bool(self.development):
            raise ConfigError("development: set it where there are learning rates to choose from")
        names = [Path(folder).name for folder in (self.development, *self.exams)]
        if len(set(names)) < len(names):
            raise ConfigError(f"development, exams: folders of one name: {', '.join(names)}")
        if self.trial_steps and not self.has_trials:
            raise ConfigError("trial_steps would be ignored, since there is nothing to try")
        assert self.configs  # they are sound

    @property
    def has_trials(self) -> bool:
        """Whether there is a choice of learning rates."""
        return len(self.learning_rates) > 1 or len(self.backbone_rates) > 1

    @cached_property
    def configs(self) -> dict[str, TrainConfig]:
        """Settings that the runs of each variant have in common, by its name."""
        return {name: self._config(name, changes) for name, changes in self.variants.items()}

    def _config(self, variant: str, changes: Mapping[str, object]) -> TrainConfig:
        where = f"variants.{variant}"
        if Path(variant).name != variant or variant == "..":
            raise ConfigError(f"{where}: the name must do for a folder")
        if not isinstance(changes, Mapping):
            raise ConfigError(f"{where}: expected settings, got {changes!r}")
        path = changes.get("config", self.config)
        if not isinstance(path, str) or not path:
            raise ConfigError(f"{where}: neither it nor the plan names a config")
        values = read_settings(path)
        tried = [name for name in Rates._fields if getattr(self, f"{name}s")]
        for name, value in (*self.changes.items(), *changes.items()):
            if name in (*_PLANNED, *tried):
                raise ConfigError(f"{where}: {name} is for the plan to set")
            if name != "config":
                set_by_name(values, name, value)
        try:
            config = from_dict(TrainConfig, values)
        except ConfigError as error:
            raise ConfigError(f"{where}: {error}") from None
        if not config.steps:
            raise ConfigError(f"{where}: set steps, not epochs or minutes")
        return config

    def rates(self, variant: str) -> list[Rates]:
        """Learning rates to be tried for a variant; a single one needs no trial."""
        own = self.configs[variant]
        choices = product(
            self.learning_rates or (own.learning_rate,), self.backbone_rates or (own.backbone_rate,)
        )
        return [Rates(*choice) for choice in choices]

    def run(self, variant: str, rates: Rates, seed: int, out: Path, steps: int = 0) -> TrainConfig:
        """One training run, in a folder of its own.

        Args:
            variant: its name.
            rates: peak learning rates.
            seed: of everything random.
            out: the comparison's folder.
            steps: 0 = the variant's own.
        """
        config = self.configs[variant]
        steps = steps or config.steps
        rate_name = f"lr{rates.learning_rate:g}_backbone{rates.backbone_rate:g}"
        folder = out / variant / f"{rate_name}_{steps}steps_seed{seed}"
        return replace(config, **rates._asdict(), seed=seed, steps=steps, out=str(folder))


def load_plan(path: str | Path) -> Plan:
    """Read a plan.

    Raises:
        ConfigError: not readable, not a plan, or one of its variants is no training config.
    """
    return load_yaml(Plan, path)
