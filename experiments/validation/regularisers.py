"""What absences cost in closed form: the penalties that dropout adds to a squared error."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from simulation.attendance import Moments

FloatArray = npt.NDArray[np.float64]


def covariance_penalty(contributions: FloatArray, moments: Moments) -> float:
    """Return what absences add to the expected loss 1/2 |t - y|^2 of a rehearsal (T5).

    It is 1/2 sum_ij Cov(m_i, m_j) / (q_i q_j) <c_i, c_j>, the mean over questions. Independent
    absences shrink every contribution by itself; where absences are dependent, agreement between
    those who are missed together costs, and agreement between those who stand in for one another
    is rewarded.

    Parameters
    ----------
    contributions : (N, B, K) array
        c_i(x) of each member, not scaled by 1/q.
    moments : Moments
        Of the attendance law. For members who are never there the factor is 0.

    References
    ----------
    Srivastava et al. (2014) section 9.1 and Wager, Wang, Liang (2013), for independent dropout.

    Examples
    --------
    Two who say 1 each: absent by halves independently, or always together.

    >>> from simulation.laws import Couples, independent
    >>> said = np.ones((2, 1, 1))
    >>> covariance_penalty(said, independent(2, 0.5).moments())
    1.0
    >>> covariance_penalty(said, Couples(2, 0.5).moments())
    2.0
    """
    alike = np.einsum("ibk,jbk->ij", contributions, contributions) / contributions.shape[1]
    return 0.5 * float((moments.covariance_of_scales * alike).sum())


def dropped_input_loss(x: FloatArray, y: FloatArray, w: FloatArray, keep: float) -> float:
    """Return E |y - (m * X) w|^2 over masks of input features kept with rate `keep` (T6).

    It is |y - q X w|^2 + q (1 - q) |G w|^2 with G = diag(X'X)^(1/2).

    Parameters
    ----------
    x : (P, D) array
    y : (P,) array
    w : (D,) array
    keep : float
        q, the same for every entry of the mask.

    References
    ----------
    Srivastava et al. (2014) section 9.1, whose p is this q.
    """
    fit = np.square(y - keep * x @ w).sum()
    return float(fit + keep * (1.0 - keep) * (np.square(x).sum(axis=0) @ np.square(w)))


def dropout_ridge(x: FloatArray, y: FloatArray, keep: float) -> FloatArray:
    """Return the weights (D,) that minimise `dropped_input_loss`: a ridge regression (T6).

    With v = q w they solve (X'X + (1 - q)/q diag(X'X)) v = X'y: features are penalised in
    proportion to their size, as if X had been standardised first.

    Parameters
    ----------
    x : (P, D) array
    y : (P,) array
    keep : float
        q in (0, 1].

    References
    ----------
    Srivastava et al. (2014) section 9.1; Wager, Wang, Liang (2013).

    Examples
    --------
    >>> dropout_ridge(np.eye(2), np.array([1.0, 0.0]), 0.5).tolist()
    [1.0, 0.0]
    """
    gram = x.T @ x
    penalised = gram + (1.0 - keep) / keep * np.diag(gram.diagonal())
    return np.asarray(np.linalg.solve(penalised, x.T @ y) / keep)


def equal_loads(wanted: FloatArray, units: int, keep: float) -> tuple[FloatArray, float]:
    """Say where a linear one-hidden-layer network ends under dropout of its hidden units (T7).

    For white input it minimises |M - UV'|^2 + L sum_i |u_i|^2 |v_i|^2, L = (1 - q)/q. At the
    minimum all units carry the same load |u_i| |v_i|, and UV' is M with its singular values
    s_1 >= s_2 >= .. lowered by alpha = L r' k / (r + L r'), where k is the mean of the first r' and
    r' the largest j <= r with s_j > L j k_j / (r + L j).

    Parameters
    ----------
    wanted : (K, D) array
        M, the linear map to be learned.
    units : int
        r, hidden units.
    keep : float
        q in (0, 1].

    Returns
    -------
    product : (K, D) array
        UV'.
    load : float
        |u_i| |v_i| of each unit; they add up to the nuclear norm of UV'.

    References
    ----------
    Mianjy, Arora, Vidal (2018), On the implicit bias of dropout.

    Examples
    --------
    >>> product, load = equal_loads(np.diag([3.0, 1.0]), units=2, keep=0.5)
    >>> product.diagonal().tolist(), load
    ([2.0, 0.0], 1.0)
    """
    left, s, right = np.linalg.svd(wanted, full_matrices=False)
    penalty = (1.0 - keep) / keep
    j = np.arange(1, min(units, len(s)) + 1)
    sums = np.cumsum(s)[: len(j)]  # j k_j
    thresholds = penalty * sums / (units + penalty * j)
    carried = s[: len(j)] > thresholds
    rank = int(j[carried].max()) if carried.any() else 0  # r'
    kept = s[:rank] - (thresholds[rank - 1] if rank else 0.0)
    return (left[:, :rank] * kept) @ right[:rank], float(kept.sum() / units)
