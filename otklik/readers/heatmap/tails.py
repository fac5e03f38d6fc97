"""How unlikely a count is: tails of the Poisson and of the negative binomial, without scipy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


def tail_probability(observed: Floats, expected: Floats, dispersion: float = 0.0) -> Floats:
    """Return P(X >= observed) when `expected` is usual.

    Poisson, or with a dispersion negative binomial (variance = mean + dispersion · mean²): in a big
    city calls come in flocks and a pure Poisson cries wolf. Both tails are incomplete integrals,
    so that the cost hardly grows with the counts.
    """
    x, mean = np.broadcast_arrays(
        np.asarray(observed, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    )
    result = np.ones(x.shape)
    some = (x > 0) & (mean > 0)
    result[(x > 0) & (mean <= 0)] = 0.0
    if not some.any():
        return result
    if dispersion > 0:
        size = 1.0 / dispersion
        result[some] = _beta(
            x[some], np.full(x[some].shape, size), mean[some] / (mean[some] + size)
        )
    else:
        result[some] = _gamma(x[some], mean[some])
    return result


_TINY = 1e-300
_CLOSE = 1e-10
_STEPS = 5_000


def _log_gamma(z: Floats) -> Floats:
    """Stirling's series after a shift by eight; good to eleven digits for z > 0."""
    shift = np.ones_like(z)
    for step in range(8):
        shift *= z + step
    y = z + 8.0
    series = 1 / (12 * y) - 1 / (360 * y**3) + 1 / (1260 * y**5)
    log_gamma = (y - 0.5) * np.log(y) - y + 0.5 * math.log(2 * math.pi) + series - np.log(shift)
    return np.asarray(log_gamma)


def _log_front(a: Floats, b: Floats) -> Floats:
    """Return a·log(b) − b − log Γ(a+1): the first factor of the gamma integral.

    The shift of `_log_gamma` would overflow for huge counts, which Stirling alone serves as well.
    """
    huge = a > 1e30  # noqa: PLR2004
    return np.where(huge, -np.inf, a * np.log(b) - b - _log_gamma(np.minimum(a, 1e30) + 1.0))


def _gamma(a: Floats, x: Floats) -> Floats:
    """Regularised lower incomplete gamma P(a, x), which is P(Poisson(x) >= a)."""
    front = np.exp(_log_front(a, x))
    result = np.empty_like(a)
    low = x < a + 1.0
    if low.any():
        result[low] = front[low] * _gamma_series(a[low], x[low])
    if not low.all():
        high = ~low
        result[high] = 1.0 - front[high] * a[high] * _gamma_fraction(a[high], x[high])
    return np.clip(result, 0.0, 1.0)


def _gamma_series(a: Floats, x: Floats) -> Floats:
    term = np.ones_like(a)
    total = np.ones_like(a)
    n = a.copy()
    for _ in range(_STEPS):
        n += 1.0
        term *= x / n
        total += term
        if (term < total * _CLOSE).all():
            break
    return total


def _gamma_fraction(a: Floats, x: Floats) -> Floats:
    """Continued fraction of the upper integral, by Lentz's method."""
    b = x + 1.0 - a
    c = np.full_like(x, 1.0 / _TINY)
    d = 1.0 / b
    h = d.copy()
    for step in range(1, _STEPS):
        an = -step * (step - a)
        b = b + 2.0
        d = 1.0 / _off_zero(an * d + b)
        c = _off_zero(b + an / c)
        delta = d * c
        h *= delta
        if (np.abs(delta - 1.0) < _CLOSE).all():
            break
    return h


def _beta(a: Floats, b: Floats, x: Floats) -> Floats:
    """Regularised incomplete beta I_x(a, b), which is P(NegativeBinomial >= a)."""
    front = np.exp(
        _log_gamma(a + b) - _log_gamma(a) - _log_gamma(b) + a * np.log(x) + b * np.log1p(-x)
    )
    straight = x < (a + 1.0) / (a + b + 2.0)
    result = np.empty_like(x)
    if straight.any():
        s = straight
        result[s] = front[s] * _beta_fraction(a[s], b[s], x[s]) / a[s]
    if not straight.all():
        s = ~straight
        result[s] = 1.0 - front[s] * _beta_fraction(b[s], a[s], 1.0 - x[s]) / b[s]
    return np.clip(result, 0.0, 1.0)


def _beta_fraction(a: Floats, b: Floats, x: Floats) -> Floats:
    c = np.ones_like(x)
    d = 1.0 / _off_zero(1.0 - (a + b) * x / (a + 1.0))
    h = d.copy()
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        d = 1.0 / _off_zero(1.0 + even * d)
        c = _off_zero(1.0 + even / c)
        h *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        d = 1.0 / _off_zero(1.0 + odd * d)
        c = _off_zero(1.0 + odd / c)
        delta = d * c
        h *= delta
        if (np.abs(delta - 1.0) < _CLOSE).all():
            break
    return h


def _off_zero(value: Floats) -> Floats:
    return np.where(np.abs(value) < _TINY, _TINY, value)
