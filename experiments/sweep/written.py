"""What may stand in a design as it is written down, and what may not."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from experiments.costs.bounds import MOST_PRESENTERS, MOST_STEPS

Value = TypeVar("Value")

MOST = 1_000_000
"""Points, and seeds, that a design may have; both are held in memory as lists."""


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _counted(seeds: Any) -> Any:
    if not isinstance(seeds, int) or isinstance(seeds, bool):
        return seeds
    if not 1 <= seeds <= MOST:
        raise ValueError(f"a number of seeds must be 1 to {MOST:,}")
    return list(range(seeds))


def _different(values: list[Value]) -> list[Value]:
    if len(set(values)) < len(values):
        raise ValueError("the same value stands there twice")
    return values


Axis = Annotated[
    list[Value], BeforeValidator(_listed), Field(min_length=1), AfterValidator(_different)
]
Whole = Annotated[int, Field(ge=0, le=MOST_STEPS)]
Count = Annotated[int, Field(ge=1, le=100_000)]
Fraction = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Text = Annotated[str, StringConstraints(min_length=1)]


class Grid(BaseModel):
    """Values for each setting; what is left out keeps its default."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    attendance: Axis[Text] | None = None
    rate: Axis[Fraction] | None = None
    presenters: Axis[Annotated[int, Field(ge=1, le=MOST_PRESENTERS)]] | None = None
    abilities: Axis[Count] | None = None
    trust: Axis[Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]] | None = None
    learning_rate: Axis[Positive] | None = None
    questions: Axis[Count] | None = None
    rehearsals: Axis[Whole] | None = None
    talk: Axis[Literal["synthetic", "digits"]] | None = None
    practice: Axis[Count] | None = None
    noise: Axis[Annotated[float, Field(ge=0, allow_inf_nan=False)]] | None = None
    audience: Axis[Literal["squared error", "softmax"]] | None = None
    head_start: Axis[Whole] | None = None

    def given(self) -> dict[str, list[Any]]:
        """Return what is given, by setting; rates are written as laws, beside the other laws."""
        values = self.model_dump(exclude_none=True)
        laws = [*values.pop("attendance", []), *(f"rate:{r!r}" for r in values.pop("rate", []))]
        return {"attendance": laws, **values} if laws else values


class Spec(BaseModel):
    """A sweep as it is written down."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    title: str = "How often should someone be missing?"
    seeds: Annotated[Axis[Whole], BeforeValidator(_counted)] = Field(
        default=20, validate_default=True
    )
    grid: Grid = Grid()
    points: Annotated[list[Grid], Field(min_length=1)] | None = None
