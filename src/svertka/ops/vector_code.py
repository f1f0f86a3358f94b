"""Functions in machine code over vectors of numbers, as wide as the processor's, made while the program runs.

A `Code` is the text of a function for LLVM. Its numbers are Python objects with operators: `Whole` for places in
memory, `Vector` for a row of numbers; so a formula that is written once works on NumPy's arrays, where it is tested,
and on vectors here. `llvmlite` (`svertka[fast]`) turns the text into a function that Python calls.
"""

import ctypes
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any, NamedTuple

import torch

NAMES = {torch.float32: "float", torch.float64: "double"}
ANY_ORDER = "contract nsz"  # a product and a sum may become one instruction


@dataclass(frozen=True)
class Whole:
    """A whole number of 64 bits."""

    code: "Code"
    name: str

    def __add__(self, other: "Whole | int") -> "Whole":
        return self.code.whole(f"add i64 {self.name}, {_name(other)}")

    def __sub__(self, other: "Whole | int") -> "Whole":
        return self.code.whole(f"sub i64 {self.name}, {_name(other)}")

    def __mul__(self, other: "Whole | int") -> "Whole":
        return self.code.whole(f"mul i64 {self.name}, {_name(other)}")

    def least(self, other: "Whole") -> "Whole":
        """The smaller of the two."""
        smaller = self.code.new(f"icmp slt i64 {self.name}, {other.name}")
        return self.code.whole(f"select i1 {smaller}, i64 {self.name}, i64 {other.name}")


@dataclass(frozen=True)
class Vector:
    """As many numbers as the processor works on at a time."""

    code: "Code"
    name: str

    def __add__(self, other: "Vector") -> "Vector":
        return self.code.vector(f"fadd {ANY_ORDER} {self.code.kind} {self.name}, {other.name}")

    def __sub__(self, other: "Vector") -> "Vector":
        return self.code.vector(f"fsub {ANY_ORDER} {self.code.kind} {self.name}, {other.name}")

    def __mul__(self, other: "Vector | float") -> "Vector":
        factor = other if isinstance(other, Vector) else self.code.constant(float(other))
        return self.code.vector(f"fmul {ANY_ORDER} {self.code.kind} {self.name}, {factor.name}")

    def rectified(self) -> "Vector":
        """The numbers, and 0 in place of those below; what is no number stays so."""
        above = self.code.new(f"fcmp ugt {self.code.kind} {self.name}, zeroinitializer")
        choice = f"<{self.code.lanes} x i1> {above}, {self.code.kind} {self.name}"
        return self.code.vector(f"select {choice}, {self.code.kind} zeroinitializer")


class Code:
    """The text of a function of pointers to numbers, of whole numbers, and of at most one number as a vector.

    Args:
        name: of the function.
        pointers: how many arguments are pointers; they come first.
        wholes: how many are whole numbers; they come next.
        dtype: float32 or float64.
        scaled: whether a number follows, whose vector is `scale`.
    """

    def __init__(self, name: str, pointers: int, wholes: int, dtype: torch.dtype, *, scaled: bool = False) -> None:
        self.name, self.dtype, self.number = name, dtype, NAMES[dtype]
        self.lanes = width() // dtype.itemsize
        self.kind = f"<{self.lanes} x {self.number}>"
        self.pointers = [f"%p{place}" for place in range(pointers)]
        self.wholes = [Whole(self, f"%w{place}") for place in range(wholes)]
        self.scaled, self.lines, self.count, self.block = scaled, ["start:"], 0, "start"
        if scaled:
            self.scale = self.spread("%scale")

    def new(self, instruction: str) -> str:
        """The name of what an instruction gives."""
        self.count += 1
        self.lines.append(f"%v{self.count} = {instruction}")
        return f"%v{self.count}"

    def whole(self, instruction: str) -> Whole:
        """What an instruction gives, as a whole number."""
        return Whole(self, self.new(instruction))

    def vector(self, instruction: str) -> Vector:
        """What an instruction gives, as a vector."""
        return Vector(self, self.new(instruction))

    def fixed(self, value: int) -> Whole:
        """A whole number that is known beforehand."""
        return Whole(self, str(value))

    def constant(self, value: float) -> Vector:
        """The vector that holds one number everywhere."""
        bits = struct.pack(">d", torch.tensor(value, dtype=self.dtype).item()).hex()
        held = f"{self.number} 0x{bits}"
        return Vector(self, f"<{', '.join([held] * self.lanes)}>")

    def spread(self, number: str) -> Vector:
        """The vector that holds a number of this name everywhere."""
        one = self.new(f"insertelement {self.kind} undef, {self.number} {number}, i32 0")
        return self.vector(f"shufflevector {self.kind} {one}, {self.kind} undef, <{self.lanes} x i32> zeroinitializer")

    def moved(self, pointer: str, places: Whole | int) -> str:
        """The pointer so many places on."""
        return self.new(f"getelementptr {self.number}, ptr {pointer}, i64 {_name(places)}")

    def load(self, pointer: str, place: Whole | int) -> Vector:
        """The numbers from a place on."""
        return self.vector(f"load {self.kind}, ptr {self.moved(pointer, place)}, align {self.dtype.itemsize}")

    def load_one(self, pointer: str, place: Whole) -> str:
        """The name of the number at a place."""
        return self.new(f"load {self.number}, ptr {self.moved(pointer, place)}")

    def load_whole(self, pointer: str, place: Whole) -> Whole:
        """The whole number at a place; the pointer leads to such."""
        return self.whole(f"load i64, ptr {self.new(f'getelementptr i64, ptr {pointer}, i64 {place.name}')}")

    def chosen(self, place: Whole, pointer: str, other: str) -> str:
        """The pointer moved to a place, or the other where the place is below 0."""
        there = self.new(f"icmp sge i64 {place.name}, 0")
        return self.new(f"select i1 {there}, ptr {self.moved(pointer, place)}, ptr {other}")

    def store(self, vector: Vector, pointer: str, place: Whole | int) -> None:
        """Put a vector to a place and those after it."""
        where = self.moved(pointer, place)
        self.lines.append(f"store {self.kind} {vector.name}, ptr {where}, align {self.dtype.itemsize}")

    def call(self, other: "Code", pointers: Sequence[str], wholes: Sequence[Whole | int], scale: str = "") -> None:
        """Call another function of the same text."""
        given = [f"ptr {pointer}" for pointer in pointers] + [f"i64 {_name(number)}" for number in wholes]
        given += [f"{self.number} {scale}"] if other.scaled else []
        self.lines.append(f"call void @{other.name}({', '.join(given)})")

    def each(
        self, first: Whole | int, last: Whole | int, step: Whole | int = 1, totals: list[Vector] | None = None
    ) -> Iterator[Whole]:
        """What stands in a `for` over it is done for each number from the first on, below the last.

        Vectors in `totals` may be replaced there; they then go on to the next time, and to what follows. So does the
        number, which in the end is the first that nothing was done for.
        """
        self.count += 1
        label, before, carried = f"loop{self.count}", self.block, totals or []
        self.lines += [f"br label %{label}", f"{label}:", ""]
        entrance, given = len(self.lines) - 1, [vector.name for vector in carried]
        number = Whole(self, f"%{label}.number")
        kept = [Vector(self, f"%{label}.total{place}") for place in range(len(carried))]
        carried[:] = kept
        inside = self.new(f"icmp slt i64 {number.name}, {_name(last)}")
        self.lines += [f"br i1 {inside}, label %{label}.body, label %{label}.end", f"{label}.body:"]
        self.block = f"{label}.body"
        yield number
        following = [one.name for one in carried]
        ways = zip([one.name for one in kept], given, following, strict=True)
        names = [(number.name, _name(first), (number + step).name), *ways]
        kinds = ["i64", *[self.kind] * len(kept)]
        self.lines[entrance] = "\n  ".join(
            f"{name} = phi {kind} [{start}, %{before}], [{later}, %{self.block}]"
            for kind, (name, start, later) in zip(kinds, names, strict=True)
        )
        self.lines += [f"br label %{label}", f"{label}.end:"]
        self.block, carried[:] = f"{label}.end", kept

    def steps(self, first: Whole | int, last: Whole, step: Whole | int) -> Iterator[Whole]:
        """The same in steps that all fit, so that the last of them ends with the last number."""
        for number in self.each(first, last, step):
            yield number.least(last - step)

    def add_products(
        self, totals: list[Vector], factors: Sequence[tuple[str, Whole]], values: str, place: Whole
    ) -> None:
        """Add to totals, as many for each factor, the vectors from a place on times the factor: an outer product."""
        given = [self.load(values, place + self.lanes * each) for each in range(len(totals) // len(factors))]
        spread = [self.spread(self.load_one(*factor)) for factor in factors]
        products = [one * factor for factor in spread for one in given]
        totals[:] = [total + product for total, product in zip(totals, products, strict=True)]

    def text(self) -> str:
        """The whole function."""
        given = [f"ptr noalias {name}" for name in self.pointers] + [f"i64 {number.name}" for number in self.wholes]
        given += [f"{self.number} %scale"] if self.scaled else []
        body = "\n  ".join([*self.lines, "ret void"])
        return f"define void @{self.name}({', '.join(given)}) noinline nounwind {{\n  {body}\n}}\n"

    def entrance(self) -> str:
        """A function that takes the arguments from a row of whole numbers, and calls the other."""
        kinds = ["ptr"] * len(self.pointers) + ["i64"] * len(self.wholes)
        lines = [
            f"%g{place} = getelementptr i64, ptr %row, i64 {place}\n  %a{place} = load {kind}, ptr %g{place}"
            for place, kind in enumerate(kinds)
        ]
        given = ", ".join(f"{kind} %a{place}" for place, kind in enumerate(kinds))
        body = "\n  ".join([*lines, f"call void @{self.name}({given})", "ret void"])
        return f"define void @{self.name}.row(ptr %row) nounwind {{\n  {body}\n}}\n"


class _Machine(NamedTuple):
    binding: Any
    target: Any


class Function(NamedTuple):
    """A function in machine code; `entrance` is the address of one that takes the arguments from a row of numbers."""

    call: Callable[..., None]
    entrance: int

    def __call__(self, *arguments: int) -> None:
        """Call it; others may run meanwhile."""
        self.call(*arguments)


_ENGINES: list[Any] = []  # functions live as long as theirs


def is_there() -> bool:
    """Whether functions can be made: whether `llvmlite` is installed."""
    return find_spec("llvmlite") is not None


@cache
def width() -> int:
    """How many bytes a vector of this processor has."""
    features = _machine().binding.get_host_cpu_features()
    return 64 if features.get("avx512f") else 32 if features.get("avx") else 16


def made(codes: Sequence[Code]) -> dict[str, Function]:
    """The functions, by their names; pointers are given as addresses."""
    called = [code for code in codes if not code.scaled]
    address = compiled([code.text() for code in codes] + [code.entrance() for code in called])
    return {code.name: _callable(code, address) for code in called}


def compiled(texts: Sequence[str]) -> Callable[[str], int]:
    """What tells the address of each function in these texts."""
    machine = _machine()
    module = machine.binding.parse_assembly("\n".join(texts))
    engine = machine.binding.create_mcjit_compiler(module, machine.target())
    engine.finalize_object()
    _ENGINES.append(engine)
    address: Callable[[str], int] = engine.get_function_address
    return address


def _callable(code: Code, address: Callable[[str], int]) -> Function:
    arguments = [ctypes.c_void_p] * len(code.pointers) + [ctypes.c_int64] * len(code.wholes)
    return Function(ctypes.CFUNCTYPE(None, *arguments)(address(code.name)), address(f"{code.name}.row"))


@cache
def _machine() -> _Machine:
    from llvmlite import binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()

    def target() -> Any:
        chosen = binding.Target.from_default_triple()
        features = binding.get_host_cpu_features().flatten()
        return chosen.create_target_machine(cpu=binding.get_host_cpu_name(), features=features, opt=2)

    return _Machine(binding, target)


def _name(number: Whole | int) -> str:
    return str(number) if isinstance(number, int) else number.name
