"""噪声的分布，对着公式和 OpenDP 比。 The noise against its closed form, by chi-square with sizes fixed beforehand; against OpenDP where it is."""

import importlib.util
import math
import random
import secrets
from collections import Counter
from collections.abc import Callable
from fractions import Fraction

import pytest

from tongxin.exchange.rules import noise
from tongxin.exchange.rules.noise import discrete_laplace, noised, scale_of

DRAWS = 20_000
TAIL = 1e-6  # how unlikely a sound sampler fails a test here
SCALES = (Fraction(1), Fraction(10), Fraction(2, 3), Fraction(7, 4))


def seeded(seed: int) -> Callable[[int], int]:
    """Uniform whole numbers that are the same in every run."""
    return random.Random(seed).randrange  # noqa: S311 - the same in every run


def closed_form(scale: Fraction, z: int) -> float:
    """The probability of z: (1-p)/(1+p) · p^|z| with p = exp(-1/scale)."""
    p = math.exp(-1 / float(scale))
    return (1 - p) / (1 + p) * p ** abs(z)


def chi_square(seen: Counter[int], expected: Callable[[int], float], draws: int) -> tuple[float, int]:
    """The statistic and its degrees of freedom; values expected fewer than ten times form one class."""
    inner = [z for z in range(-200, 201) if expected(z) * draws >= 10]
    rest = draws - sum(seen[z] for z in inner)
    rest_expected = draws * (1 - sum(expected(z) for z in inner))
    statistic = sum((seen[z] - expected(z) * draws) ** 2 / (expected(z) * draws) for z in inner)
    if rest_expected >= 5:
        return statistic + (rest - rest_expected) ** 2 / rest_expected, len(inner)
    return statistic, len(inner) - 1


def critical(freedom: int) -> float:
    """The value that chi-square exceeds with probability about TAIL (Wilson and Hilferty 1931)."""
    z = 4.7534  # the normal quantile of 1 - 1e-6
    return freedom * (1 - 2 / (9 * freedom) + z * math.sqrt(2 / (9 * freedom))) ** 3


@pytest.mark.parametrize("scale", SCALES)
def test_the_noise_has_the_distribution_of_the_formula(scale: Fraction) -> None:
    below = seeded(20260901)
    seen = Counter(discrete_laplace(scale=scale, below=below) for _ in range(DRAWS))
    statistic, freedom = chi_square(seen, lambda z: closed_form(scale, z), DRAWS)
    assert statistic < critical(freedom), (statistic, freedom)


@pytest.mark.parametrize("wrong", [Fraction(11, 10), Fraction(9, 10)])
def test_a_scale_that_is_a_tenth_off_is_noticed(wrong: Fraction) -> None:
    below = seeded(20260901)
    seen = Counter(discrete_laplace(scale=wrong * 10, below=below) for _ in range(DRAWS))
    statistic, freedom = chi_square(seen, lambda z: closed_form(Fraction(10), z), DRAWS)
    assert statistic > critical(freedom), (statistic, freedom)


def test_a_zero_that_is_counted_twice_is_noticed() -> None:
    """The planted fault of many a sampler: zero with either sign is kept, and comes up twice as often."""

    def faulty(below: Callable[[int], int]) -> int:
        size = abs(discrete_laplace(scale=Fraction(1), below=below))
        return size if size == 0 or below(2) else -size

    below = seeded(7)
    doubled = [z for _ in range(DRAWS) for z in [faulty(below)] for _ in range(1 + (z == 0))]
    statistic, freedom = chi_square(Counter(doubled), lambda z: closed_form(Fraction(1), z), len(doubled))
    assert statistic > critical(freedom)


def test_noise_is_whole_numbers_of_the_operating_systems_randomness() -> None:
    assert noise.noised.__kwdefaults__ == {"below": secrets.randbelow}
    with_noise = noised({"a": 0, "b": 1_000_000}, micro_epsilon=500_000)
    assert all(type(value) is int for value in with_noise.values())
    assert noised({"a": 5}, micro_epsilon=10**12) == {"a": 5}


def test_epsilon_gives_the_scale_as_a_fraction() -> None:
    assert scale_of(500_000) == 2 and scale_of(3_000_000) == Fraction(1, 3)
    with pytest.raises(ValueError, match="positive"):
        noised({"a": 1}, micro_epsilon=0)


def test_each_cell_has_noise_of_its_own() -> None:
    values = noised(dict.fromkeys(range(400), 0), micro_epsilon=100_000)
    assert len(set(values.values())) > 20


@pytest.mark.skipif(
    importlib.util.find_spec("opendp") is None, reason="OpenDP is not installed here: nothing to compare with"
)
@pytest.mark.parametrize("scale", [Fraction(1), Fraction(10)])
def test_the_noise_is_like_that_of_opendp(scale: Fraction) -> None:
    """Two samples of fixed size, ours and OpenDP's, by the chi-square of homogeneity."""
    dp = importlib.import_module("opendp.prelude")
    dp.enable_features("contrib")
    space = (dp.atom_domain(T=int), dp.absolute_distance(T=int))
    theirs_of = dp.m.make_laplace(*space, scale=float(scale))
    draws = 5_000
    theirs = Counter(int(theirs_of(0)) for _ in range(draws))
    below = seeded(20260901)
    ours = Counter(discrete_laplace(scale=scale, below=below) for _ in range(draws))
    assert homogeneous(ours, theirs, draws)
    off = Counter(discrete_laplace(scale=scale * Fraction(13, 10), below=below) for _ in range(draws))
    assert not homogeneous(off, theirs, draws)


def homogeneous(one: Counter[int], other: Counter[int], draws: int) -> bool:
    """Whether two samples of the same size may come from one distribution."""
    values = [z for z in {*one, *other} if one[z] + other[z] >= 20]
    pairs = [(one[z], other[z]) for z in values]
    pairs.append((draws - sum(a for a, _ in pairs), draws - sum(b for _, b in pairs)))
    statistic = sum((a - b) ** 2 / (a + b) for a, b in pairs if a + b)
    return statistic < critical(len(pairs) - 1)
