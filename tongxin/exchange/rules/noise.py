"""加噪：精确的离散拉普拉斯机制。 Noise: the discrete Laplace mechanism, exactly, in whole numbers and fractions.

Canonne, Kamath and Steinke, "The Discrete Gaussian for Differential Privacy" (NeurIPS 2020), algorithms 1 and 2: P(z) is proportional to
exp(-|z|·ε/Δ) for every whole number z. No floating point is touched: its low bits have given away what noise was to hide
(Mironov, "On significance of the least significant bits for differential privacy", CCS 2012). Randomness is the operating system's.

Sensitivity: with each person (or thing) counted once, in one cell of cells that do not overlap, adding or leaving out one of them
changes one cell by one: Δ = 1, and a whole table costs its ε once. The list of cells must not come from the data: that a cell exists
would already tell. Totals are added up from noised cells and cost nothing.
"""

import secrets
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Final, TypeVar

MICRO: Final = 1_000_000  # ε is kept in whole millionths
SENSITIVITY: Final = 1
Key = TypeVar("Key")
Below = Callable[[int], int]  # a uniform whole number in [0, n)


def noised(
    counts: Mapping[Key, int], *, micro_epsilon: int, below: Below = secrets.randbelow
) -> dict[Key, int]:
    """加噪后的各格。 Every count with its own noise, ε/10⁶-differentially private as a whole. May be negative: not rounded up,

    so that sums stay unbiased. Raises ValueError for a budget that is not positive.
    """
    if micro_epsilon <= 0:
        raise ValueError("epsilon must be positive")
    return {
        key: count + discrete_laplace(scale=scale_of(micro_epsilon), below=below)
        for key, count in counts.items()
    }


def scale_of(micro_epsilon: int) -> Fraction:
    """噪声尺度 Δ/ε。 The scale of the noise, Δ/ε, as a fraction."""
    return Fraction(SENSITIVITY * MICRO, micro_epsilon)


def discrete_laplace(*, scale: Fraction, below: Below = secrets.randbelow) -> int:
    """一个离散拉普拉斯数。 A whole number z with probability proportional to exp(-|z|/scale). Algorithm 2, with scale = t/s."""
    t, s = scale.numerator, scale.denominator
    while True:
        u = below(t)
        if not _exponential(Fraction(u, t), below):
            continue
        v = 0
        while _exponential(Fraction(1), below):
            v += 1
        size = (u + t * v) // s
        negative = bool(below(2))
        if not (negative and size == 0):
            return -size if negative else size


def _exponential(gamma: Fraction, below: Below) -> bool:
    """以 exp(-γ) 的概率为真，0 ≤ γ ≤ 1。 True with probability exp(-γ), for 0 ≤ γ ≤ 1. Algorithm 1."""
    k = 1
    while below(gamma.denominator * k) < gamma.numerator:
        k += 1
    return k % 2 == 1
