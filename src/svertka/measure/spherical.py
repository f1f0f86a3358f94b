"""Multiply-adds of correlations on the sphere and on SO(3), by formula.

What the real formulation needs for one signal: Fourier sums as products with real matrices, of the orders that are used
only; Wigner's matrices degree by degree; and the product of the spectra. The spectra of the filters are not counted:
they are made once for all signals of a batch. Padding, which a program may compute too, is not counted either.
"""

from svertka.nn import RotationConv, SphereConv, ZonalConv


def products(layer: SphereConv | RotationConv | ZonalConv) -> int:
    """Multiply-adds of one pass of one signal with all its channels."""
    cin, cout, b_in, b_out = layer.cin, layer.cout, layer.b_in, layer.b_out
    if isinstance(layer, ZonalConv):
        return (cin * sphere_sums(b_in, b_out)) + cin * cout * b_out**2 + cout * sphere_sums(b_out, b_out)
    if isinstance(layer, SphereConv):
        return cin * sphere_sums(b_in, b_out) + cin * cout * powers(b_out, 2) + cout * rotation_sums(b_out, b_out)
    return cin * rotation_sums(b_in, b_out) + cin * cout * powers(b_out, 3) + cout * rotation_sums(b_out, b_out)


def sphere_sums(b: int, degrees: int) -> int:
    """Between a signal `(2b, 2b)` and its `degrees²` coefficients: over `α`, then over `β`."""
    return (2 * b) ** 2 * (2 * degrees - 1) + 2 * b * powers(degrees, 1)


def rotation_sums(b: int, degrees: int) -> int:
    """Between a signal `(2b, 2b, 2b)` and its coefficients: over `γ`, over `α`, then over `β`."""
    orders = 2 * degrees - 1
    return (2 * b) ** 3 * orders + (2 * b) ** 2 * orders**2 + 2 * b * powers(degrees, 2)


def powers(degrees: int, exponent: int) -> int:
    """`Σ_l (2l + 1)^exponent`: the numbers of a spectrum, or the products of its blocks."""
    return sum((2 * l + 1) ** exponent for l in range(degrees))
