"""Where dropout leads linear units: one matrix, its singular values shrunk, in closed form.

N presenters of H abilities, nobody of them bent (no relu), each absent with the same rate p,
independently, and questions that are white. With every absence weighed in, the loss is
|M - sum_i A_i|^2 + L sum_i |A_i|^2, L = p/(1 - p), where A_i, of rank H at most, is what i says. At
the minimum everyone carries the same load |A_i|, and the sum is M with its singular values s shrunk
to s w/(w + c), c = L/N: w is the share of the presenters who carry that direction, as much as pays
off, w = s/t - c within [0, 1], and t is such that the shares add up to H, all that one can carry.

So a direction that all carry is shrunk as by ridge, to s/(1 + c); one that some carry is lowered by
c t, the same for all such; one below c t is given up. For H = 1 that is T7: all are lowered alike.
For H at least the rank of M it is ridge alone.

References
----------
Mianjy, Arora, Vidal (2018), On the implicit bias of dropout (H = 1); Pal, Lane, Vidal, Haeffele
(2020), On the regularization properties of structured dropout (units that drop in blocks: the
spectral k-support norm, k = H); McDonald, Pontil, Stamos (2016), New perspectives on k-support and
cluster norms (that norm by shares).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulation.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class Shrunk:
    """Singular values after dropout, at each of R rates.

    Attributes
    ----------
    values : (..., R, n) array
    kept : (..., R, n) array
        What is left of each, as a fraction of it.
    shares : (..., R, n) array
        w: by what share of the presenters each direction is carried, in [0, 1].
    penalty : (R, 1) array
        c.
    """

    values: FloatArray
    kept: FloatArray
    shares: FloatArray
    penalty: FloatArray

    def load(self, presenters: int) -> FloatArray:
        """Return the load |A_i| of each presenter, (..., R)."""
        squares = np.square(self.values)
        spread = np.divide(squares, self.shares, out=np.zeros_like(squares), where=self.shares > 0)
        return np.asarray(np.sqrt(spread.sum(axis=-1)) / presenters)

    def jacobian(self) -> FloatArray:
        """Return d values_i / d s_j, (..., R, n, n), where no share is just at 0 or 1.

        The threshold is itself made of the singular values, so it moves with each that it lowers.
        """
        some = (self.shares > 0) & (self.shares < 1)
        own = np.where(self.shares < 1, some, 1 / (1 + self.penalty))
        spent = (some * (self.shares + self.penalty)).sum(axis=-1, keepdims=True)
        moved = np.divide(self.penalty, spent, out=np.zeros_like(spent), where=spent > 0)
        both = some[..., :, None] & some[..., None, :]
        return np.asarray(own[..., None] * np.eye(own.shape[-1]) - moved[..., None] * both)


def shrink(
    singular_values: FloatArray, presenters: int, abilities: int, rates: npt.ArrayLike
) -> Shrunk:
    """Shrink singular values as dropout does.

    Parameters
    ----------
    singular_values : (..., n) array
        Falling. Those beyond the first N H are 0 afterwards: nobody is left to carry them.
    presenters, abilities : int
        N and H.
    rates : (R,) array_like
        p, each in [0, 1).

    Examples
    --------
    >>> shrink(np.array([3.0, 2.0, 1.0]), presenters=2, abilities=2, rates=[0.5]).values
    array([[2.  , 1.25, 0.25]])
    """
    rate = np.asarray(rates, dtype=float)[:, None]
    c = rate / (1 - rate) / presenters  # (R, 1)
    s = singular_values[..., None, :] * np.ones_like(c)  # (..., R, n)
    s[..., presenters * abilities :] = 0
    shares = _shares(s, c, abilities)
    kept = np.divide(shares, shares + c, out=np.ones_like(s), where=shares + c > 0)
    return Shrunk(s * kept, kept, shares, c)


def _shares(s: FloatArray, c: FloatArray, abilities: int) -> FloatArray:
    """Find the shares by 1/t: their sum rises with it, in straight pieces between known ends."""
    if abilities >= s.shape[-1]:
        return np.ones_like(s)
    ends = [np.divide(end, s, out=np.zeros_like(s), where=s > 0) for end in (c, 1 + c)]
    at = np.sort(np.concatenate(ends, axis=-1), axis=-1)  # (..., R, 2n)
    sums = np.clip(at[..., None] * s[..., None, :] - c[..., None], 0, 1).sum(axis=-1)
    # Of abilities to spare, which sums never reach, all directions have their full share.
    after = np.maximum((sums >= abilities).argmax(axis=-1), 1)[..., None]
    first, last = (np.take_along_axis(sums, after - back, axis=-1) for back in (1, 0))
    start, end = (np.take_along_axis(at, after - back, axis=-1) for back in (1, 0))
    part = np.divide(abilities - first, last - first, out=np.zeros_like(first), where=last > first)
    enough = sums[..., -1:] >= abilities
    shares = np.clip(s * (start + part * (end - start)) - c, 0, 1)
    return np.where(enough, shares, np.ones_like(s))


def equal_loads(
    wanted: FloatArray, presenters: int, keep: float, abilities: int = 1
) -> tuple[FloatArray, float]:
    """Say where a linear one-hidden-layer network ends under dropout of its hidden units.

    `wanted` is M (K, D), `keep` q; the input is white, and `abilities` units drop together.
    Returned are the network's product, the sum of all A_i (K, D), and the load |A_i| of each.

    Examples
    --------
    >>> product, load = equal_loads(np.diag([3.0, 1.0]), presenters=2, keep=0.5)
    >>> product.diagonal().tolist(), load
    ([2.0, 0.0], 1.0)
    """
    left, s, right = np.linalg.svd(wanted, full_matrices=False)
    shrunk = shrink(s, presenters, abilities, [1.0 - keep])
    return (left * shrunk.values[0]) @ right, float(shrunk.load(presenters)[0])
