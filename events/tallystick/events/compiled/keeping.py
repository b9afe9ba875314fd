"""Machine code of the verifier's loops, kept beside this code: who runs them needs LLVM's loader, and no compiler.

Numba compiles the loops once; it would take a second of CPU in every process to load what it keeps itself. Taken from
it is the code in LLVM's own words; everything but the entries is made internal, so that nothing is left of Numba in it.
Code that LLVM's loader cannot place ends the process, so this is done only where it was tried, on Linux; elsewhere
Numba loads what it keeps itself.
"""

import sys
from collections.abc import Callable
from ctypes import CFUNCTYPE, c_int64
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llvmlite.binding import ModuleRef

HERE = Path(__file__).parent
_GIVEN = {"take_groups": 15, "skip_groups": 6, "decide_all": 4, "parents": 4}  # numbers and addresses
_CHECK_BYTES = 32
_OUTSIDE = ("llvm.", "memcpy", "memmove", "memset", "_memcpy", "_memmove", "_memset")
"""What the code may call that is not in it; the functions of SHA-256 it is given by address."""


class NotCompiledError(RuntimeError):
    """Numba may not compile, or what it made calls something that only Numba has."""


@dataclass(frozen=True, slots=True)
class Entries:
    """The loops, to be called with numbers and addresses; each lets go of the interpreter's lock."""

    take_groups: Callable[..., int]
    skip_groups: Callable[..., int]
    decide_all: Callable[..., int]
    parents: Callable[..., int]
    kept_by: Any
    """Owns the code."""


def loads_alone() -> bool:
    """Whether the code is loaded here without Numba."""
    return sys.platform == "linux"


def kept(folder: Path = HERE) -> bool:
    """Whether the code of these very sources lies in `folder`, for whatever machine."""
    if not loads_alone():
        return any(_cache_of(folder).glob("grouping.take_groups-*.nbi"))
    return any(_cache_of(folder).glob(f"walking-{_sources()}.*.o"))


def entries(folder: Path = HERE) -> Entries:
    """The loops of this machine, compiled and kept where they are not. Raises `ImportError` and `RuntimeError`."""
    if not loads_alone():
        return _by_numba()
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    processor, triple = _processor(), llvm.get_process_triple()
    machine = f"{triple} {processor} {llvm.llvm_version_info}"
    place = _cache_of(folder) / f"walking-{_sources()}.{sha256(machine.encode()).hexdigest()[:16]}.o"
    code = _read(place)
    if code is None:
        code = _compiled()
        _keep(place, code)
    empty = llvm.parse_assembly("")
    engine = llvm.create_mcjit_compiler(empty, llvm.Target.from_triple(triple).create_target_machine(jit=True))
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return _entries({name: engine.get_function_address(name) for name in _GIVEN}, engine)


def _entries(addresses: dict[str, int], kept_by: Any) -> Entries:
    functions = {name: CFUNCTYPE(c_int64, *[c_int64] * given)(addresses[name]) for name, given in _GIVEN.items()}
    return Entries(**functions, kept_by=kept_by)


def _by_numba() -> Entries:
    """The loops as Numba compiles, keeps and loads them."""
    require_compiler()
    from numba import cfunc, types

    from tallystick.events.compiled.grouping import ENTRIES

    made: list[Any] = [cfunc(types.int64(*given), cache=True)(function) for function, given in ENTRIES.items()]
    return _entries({each.__name__: each.address for each in made}, made)


@cache
def _sources() -> str:
    """Names the sources that the loops are made of: whatever changes in them, nothing old is taken for them."""
    ours = sorted(HERE.glob("*.py")) + [HERE.parent / f"{name}.py" for name in ("kinds", "record", "segment")]
    return sha256(b"".join(sha256(path.read_bytes()).digest() for path in ours)).hexdigest()[:16]


def _cache_of(folder: Path) -> Path:
    return folder / "__pycache__"


def _read(place: Path) -> bytes | None:
    """Code that was kept, whole; None where there is none."""
    try:
        raw = place.read_bytes()
    except OSError:
        return None
    code = raw[_CHECK_BYTES:]
    return code if sha256(code).digest() == raw[:_CHECK_BYTES] else None


def _keep(place: Path, code: bytes) -> None:
    """Keep it for other processes, where that may be."""
    try:
        place.parent.mkdir(exist_ok=True)
        with NamedTemporaryFile(dir=place.parent, prefix="walking-", suffix=".new", delete=False) as file:
            file.write(sha256(code).digest() + code)
        Path(file.name).replace(place)
        for other in place.parent.glob("walking-*.o"):
            if not other.name.startswith(f"walking-{_sources()}."):  # of sources that are gone
                other.unlink(missing_ok=True)
    except OSError:
        pass  # compiled for this process alone


def _compiled() -> bytes:
    """The loops as an object file."""
    require_compiler()
    import llvmlite.binding as llvm
    from numba import cfunc, types

    from tallystick.events.compiled.grouping import ENTRIES

    whole: ModuleRef = llvm.parse_assembly("")
    for function, given in ENTRIES.items():
        made: Any = cfunc(types.int64(*given))(function)
        module = llvm.parse_assembly(made.inspect_llvm())
        whole.triple, whole.data_layout = module.triple, module.data_layout
        whole.link_in(module)
        inner = made.native_name.removeprefix("cfunc.")
        whole.link_in(llvm.parse_assembly(_door(function.__name__, inner, len(given), whole.triple)))
    for each in (*whole.functions, *whole.global_variables):
        if not each.is_declaration and each.name not in _GIVEN:
            each.linkage = "internal"
    whole = llvm.parse_assembly(str(whole).replace(" noinline ", " alwaysinline "))
    machine = llvm.Target.from_triple(whole.triple).create_target_machine(
        **_processor(), opt=3, reloc="default", codemodel="jitdefault", jit=True
    )
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=3))
    builder.getModulePassManager().run(whole, builder)
    foreign = [each.name for each in (*whole.functions, *whole.global_variables) if each.is_declaration]
    if not all(name.startswith(_OUTSIDE) for name in foreign):
        message = f"the compiled loops call {', '.join(foreign)}"
        raise NotCompiledError(message)
    return bytes(machine.emit_object(whole))


def require_compiler() -> None:
    """Raise `NotCompiledError` where Numba was told not to compile, and `ImportError` where there is none."""
    from numba import config

    if vars(config)["DISABLE_JIT"]:
        message = "Numba was told not to compile"
        raise NotCompiledError(message)


def _processor() -> dict[str, str]:
    """What the code is made for."""
    import llvmlite.binding as llvm

    return {"cpu": llvm.get_host_cpu_name(), "features": llvm.get_host_cpu_features().flatten()}


def _door(name: str, inner: str, given: int, triple: str) -> str:
    """A function that calls one of Numba's, which put their result to an address and can't fail here."""
    from llvmlite import ir

    word = ir.IntType(64)
    to = word.as_pointer()
    module = ir.Module(name)
    module.triple = triple
    called = ir.Function(module, ir.FunctionType(ir.IntType(32), [to, to, *[word] * given]), inner)
    door = ir.Function(module, ir.FunctionType(word, [word] * given), name)
    builder = ir.IRBuilder(door.append_basic_block())
    result = builder.alloca(word)
    builder.call(called, [result, ir.Constant(to, None), *door.args])
    builder.ret(builder.load(result))
    return str(module)
