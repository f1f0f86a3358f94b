import pytest
import torch

pytest.importorskip("llvmlite")

from svertka.ops import rotation_sums, rotation_twins


@pytest.fixture(params=[1, 3])
def threads(request):
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def by_matrices(monkeypatch):
    """The sums as they can be read, whatever is installed."""

    def computed(function, *given, **options):
        with monkeypatch.context() as patch:
            patch.setattr(rotation_twins, "is_there", lambda: False)
            return function(*given, **options)

    return computed


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize(("b", "degrees", "columns"), [(1, 1, 16), (5, 4, 21), (10, 6, 640), (24, 24, 16), (8, 8, 100)])
def test_twins_give_what_the_matrix_products_give(b, degrees, columns, weighted, by_matrices, threads):
    x = torch.randn(2 * b, 2 * b, 2 * b, columns, dtype=torch.float64)
    z = torch.randn(degrees * (4 * degrees**2 - 1) // 3, columns, dtype=torch.float64)
    spectrum = by_matrices(rotation_sums.analysis, x, degrees, weighted=weighted)
    signal = by_matrices(rotation_sums.synthesis, z, b, degrees, weighted=weighted)
    found = rotation_twins.analysis(x, degrees, weighted=weighted)
    torch.testing.assert_close(found, spectrum, rtol=0, atol=1e-13 * float(spectrum.abs().max()))
    found = rotation_twins.synthesis(z, b, degrees, weighted=weighted)
    torch.testing.assert_close(found, signal, rtol=0, atol=1e-13 * float(signal.abs().max()))


@pytest.mark.parametrize("columns", [16, 33])
def test_single_precision_is_as_good_as_that_of_the_products(columns, by_matrices):
    x = torch.randn(20, 20, 20, columns)
    exact = by_matrices(rotation_sums.analysis, x.double(), 6)
    errors = [(one.double() - exact).norm() for one in (
        rotation_twins.analysis(x, 6, weighted=True), by_matrices(rotation_sums.analysis, x, 6),
    )]  # fmt: skip
    assert errors[0] < 1.5 * errors[1]


def test_twins_are_chosen_and_have_derivatives(monkeypatch):
    called = []
    for name in ("analysis", "synthesis"):
        real = getattr(rotation_twins, name)
        monkeypatch.setattr(
            rotation_twins, name, lambda *a, real=real, name=name, **k: (called.append(name), real(*a, **k))[1]
        )
    x = torch.randn(4, 4, 4, 8, dtype=torch.float64, requires_grad=True)
    z = torch.randn(10, 8, dtype=torch.float64, requires_grad=True)
    for weighted in (True, False):
        assert torch.autograd.gradcheck(lambda x, w=weighted: rotation_sums.analysis(x, 2, weighted=w), x)
        assert torch.autograd.gradcheck(lambda z, w=weighted: rotation_sums.synthesis(z, 3, 2, weighted=w), z)
    assert set(called) == {"analysis", "synthesis"}


def test_signals_laid_out_otherwise_are_read_rightly(by_matrices):
    x = torch.randn(24, 6, 6, 6, dtype=torch.float64).permute(1, 2, 3, 0)
    torch.testing.assert_close(
        rotation_twins.analysis(x, 3, weighted=True), by_matrices(rotation_sums.analysis, x, 3), rtol=0, atol=1e-14
    )
    z = torch.randn(24, 35, dtype=torch.float64).t()
    torch.testing.assert_close(
        rotation_twins.synthesis(z, 3, 3, weighted=False), by_matrices(rotation_sums.synthesis, z, 3, 3),
        rtol=0, atol=1e-13,
    )  # fmt: skip


def test_what_the_twins_do_not_know_is_left_to_the_products():
    x = torch.randn(4, 4, 4, 16)
    assert rotation_twins.knows(x, 4, 2)
    assert not rotation_twins.knows(x[..., :1], 4, 2)
    assert not rotation_twins.knows(x.half(), 4, 2)
    assert not rotation_twins.knows(x.to("meta"), 4, 2)
    assert not rotation_twins.knows(torch.nn.Parameter(x), 4, 2)
    assert not rotation_twins.knows(x, 1024, 512)
