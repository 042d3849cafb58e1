"""The characteristics of persons as factors with classes, and a profile as one whole number.

A profile is a combination of classes: one class of each factor a person has exactly one of
(age and sex, income, each condition), and any number of pharmaceutical cost groups. It is packed
into a whole number, so that cells are cheap to group and to join; `unpack` turns it back.
"""

from __future__ import annotations

from dataclasses import dataclass

from spiegel_core.contracts.rules import YearRules
from spiegel_core.errors import ConfUnusable

SEXES = ("M", "V")
INCOME_CLASSES = ("low", "middle", "high", "unknown")
YES, NO = "yes", "no"
AGE_SEX, INCOME, COST_GROUP = "age_sex", "income", "fkg"


@dataclass(frozen=True)
class Factor:
    """A characteristic and its classes, in a fixed order.

    Args:
        name: as in gold.profiles and gold.model_weights.
        classes: names of the classes.
        is_any: a person may have several of the classes, or none (cost groups).
    """

    name: str
    classes: tuple[str, ...]
    is_any: bool = False

    @property
    def sizes(self) -> int:
        """How many numbers the factor needs in a profile."""
        return 2 ** len(self.classes) if self.is_any else len(self.classes)


@dataclass(frozen=True)
class Factors:
    """The factors of a product; the order decides how a profile is packed.

    Example:
        >>> factors = Factors((Factor("sex", ("M", "V")), Factor("fkg", ("a", "b"), is_any=True)))
        >>> factors.pack({"sex": ("V",), "fkg": ("b",)})
        5
        >>> factors.unpack(5)
        {'sex': ('V',), 'fkg': ('b',)}
    """

    factors: tuple[Factor, ...]

    def __post_init__(self) -> None:
        total = 1
        for factor in self.factors:
            total *= factor.sizes
        if total >= 2**62:
            raise ConfUnusable(
                "the characteristics have more combinations than a profile can hold",
                found=f"{total:,}", expected=f"fewer than {2**62:,}",
                fix="merge classes in conf/code_lists",
            )  # fmt: skip

    def place_values(self) -> dict[str, int]:
        """What one step of each factor is worth in a profile number."""
        values, worth = {}, 1
        for factor in self.factors:
            values[factor.name] = worth
            worth *= factor.sizes
        return values

    def pack(self, classes: dict[str, tuple[str, ...]]) -> int:
        """The profile number of a combination of classes."""
        worth = self.place_values()
        profile = 0
        for factor in self.factors:
            places = [factor.classes.index(name) for name in classes[factor.name]]
            number = sum(2**place for place in places) if factor.is_any else places[0]
            profile += worth[factor.name] * number
        return profile

    def unpack(self, profile: int) -> dict[str, tuple[str, ...]]:
        """The combination of classes behind a profile number."""
        found = {}
        for factor in self.factors:
            profile, number = divmod(profile, factor.sizes)
            found[factor.name] = (
                tuple(name for place, name in enumerate(factor.classes) if number >> place & 1)
                if factor.is_any
                else (factor.classes[number],)
            )
        return found

    def class_names(self) -> list[tuple[str, str]]:
        """Every factor and class, in order."""
        return [(factor.name, name) for factor in self.factors for name in factor.classes]


def age_sex_class(age_class: str, sex: str) -> str:
    """The class of age and sex together.

    Example:
        >>> age_sex_class("45-49", "V")
        'V 45-49'
    """
    return f"{sex} {age_class}"


def practice_factors(rules: YearRules) -> Factors:
    """The seven characteristics of the Praktijkspiegel; age and sex are one factor together."""
    return Factors(
        (
            Factor(
                AGE_SEX,
                tuple(age_sex_class(age.name, sex) for sex in SEXES for age in rules.age_classes),
            ),
            Factor(INCOME, INCOME_CLASSES),
            *(Factor(condition, (NO, YES)) for condition in rules.condition_names),
            Factor(
                COST_GROUP,
                tuple(group.name for group in rules.cost_groups if group.is_class),
                is_any=True,
            ),
        )
    )
