"""What follows from the values of all coalitions: who carries the quality, and who needs whom.

Every function takes v(S) as a vector of 2^N numbers in the order of `all_coalitions`: member j is
in coalition s if bit j of s is set; K such vectors, one a section, may stand side by side. The
sums run over the differences that a member or a pair makes, weighted by the size of the coalition
it makes them to: O(N 2^N) for members, O(N^2 2^N) for pairs, and more accurate than the way
through Moebius coefficients, which grow and cancel.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulation.arrays import FloatArray
from simulation.checks import InputError, numeric, unsaid
from simulation.coalitions.game import exact_members
from simulation.coalitions.pairs import pair_gains, size_weight


def checked_values(values: npt.ArrayLike, one_game: bool = False) -> tuple[FloatArray, int]:
    """Return coalition values as an array, and N; raise if they are not 2^N finite numbers."""
    v = numeric("coalition values", values, finite=False).astype(float, copy=False)
    length = v.shape[0] if v.ndim else 0
    n = length.bit_length() - 1
    if v.ndim > 2 - one_game or v.size == 0 or length < 2 or length != 2**n:
        raise InputError(
            f"coalition values have shape {v.shape}, but N members have 2^N coalitions: "
            "give one value for each, the empty one and everyone included, as (2^N,)"
            + ("" if one_game else " or (2^N, K)")
        )
    exact_members(n)
    if not np.isfinite(v).all():
        bad = int(np.argmin(np.isfinite(v.reshape(length, -1)).all(axis=1)))
        there = [j for j in range(n) if bad >> j & 1]
        raise InputError(
            f"the value of coalition {bad} (members {there}) is {v[bad]}, but every value must be "
            "a finite number: mend the value function"
        )
    return v, n


@unsaid
def moebius(values: npt.ArrayLike) -> FloatArray:
    """Split quality into what every group adds as a group: a_A, with v(S) = sum over A in S of a_A.

    Parameters
    ----------
    values : (2^N,) or (2^N, K) array_like
        v(S).

    Returns
    -------
    (2^N,) or (2^N, K) array
        a_A = sum over S in A of (-1)^(|A| - |S|) v(S), the Harsanyi dividends.

    References
    ----------
    Harsanyi (1963), A simplified bargaining model for the n-person cooperative game.
    Rota (1964), On the foundations of combinatorial theory I.

    Examples
    --------
    Each manages 1 alone, and 5 together: 3 of it are theirs as a pair.

    >>> moebius([0.0, 1.0, 1.0, 5.0])
    array([0., 1., 1., 3.])
    """
    v, n = checked_values(values)
    coefficients = v.copy()
    for member in range(n):
        without, with_member = _split(coefficients, member)
        with_member -= without
    return coefficients


@unsaid
def shapley_values(values: npt.ArrayLike) -> FloatArray:
    """Share the quality of the whole team fairly among its members.

    The mean gain that a member brings, over all orders in which the team could arrive: a sum over
    the coalitions S without i of |S|! (N-1-|S|)! / N! times v(S + i) - v(S).

    Parameters
    ----------
    values : (2^N,) or (2^N, K) array_like
        v(S).

    Returns
    -------
    (N,) or (N, K) array
        They add up to v(all) - v(nobody).

    References
    ----------
    Shapley (1953), A value for n-person games.

    Examples
    --------
    Two of whom both are needed share evenly:

    >>> shapley_values([0.0, 0.0, 0.0, 1.0])
    array([0.5, 0.5])
    """
    v, n = checked_values(values)
    of_size = np.array([size_weight(n - 1, s) for s in range(n)])
    weights = of_size[np.bitwise_count(np.arange(2 ** (n - 1)))]  # (2^(N-1),)
    return np.array([weights @ _gain(v, i) for i in range(n)])


@unsaid
def shapley_interactions(values: npt.ArrayLike) -> FloatArray:
    """How much each pair needs one another: the Shapley interaction index of all pairs.

    I_ij is the mean of v(S+i+j) - v(S+i) - v(S+j) + v(S), every size of S alike: a sum over the
    coalitions S without i and j with weights |S|! (N-2-|S|)! / (N-1)!.

    Parameters
    ----------
    values : (2^N,) or (2^N, K) array_like
        v(S).

    Returns
    -------
    (N, N) or (N, N, K) array
        Symmetric, the diagonal 0. Positive: i needs j. Negative: they can stand in for each other.

    References
    ----------
    Owen (1972), Multilinear extensions of games.
    Grabisch, Roubens (1999), An axiomatic approach to the concept of interaction among players in
    cooperative games.

    Examples
    --------
    >>> shapley_interactions([0.0, 0.0, 0.0, 1.0])
    array([[0., 1.],
           [1., 0.]])
    """
    v, n = checked_values(values)
    index = np.zeros((n, n, *v.shape[1:]))
    if n > 1:
        for game in np.ndindex(v.shape[1:]):
            index[:, :, *game] = pair_gains(np.ascontiguousarray(v[:, *game]))
    return index


def _split(values: FloatArray, member: int) -> tuple[FloatArray, FloatArray]:
    """Values of the coalitions without `member`, and of the same with it; views."""
    pairs = values.reshape(-1, 2, 2**member, *values.shape[1:])
    return pairs[:, 0], pairs[:, 1]


def _gain(values: FloatArray, member: int) -> FloatArray:
    """v(S + member) - v(S) for every S without it, (2^(N-1),), the others in their order."""
    without, with_member = _split(values, member)
    return (with_member - without).reshape(-1, *values.shape[1:])
