"""The rules of the house as functions over source code: what `test_architecture.py` holds the product to.

Each check takes one `Module` and yields ``(line, message)``; `faults` runs them all over a tree and returns
lines of the form ``geo/site.py:12: message``. Nothing here imports the product.
"""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOMS = ("geo", "layers", "server", "scripts")  # each may import those before it, and itself

FILE_LINES = 400
FUNCTION_LINES = 60

# One door per library: the places (files, or folders with a closing slash) that may import it.
_GENERATORS = ("scripts/demo/", "scripts/bench/")  # they make or measure data: no answer passes through them
DOORS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("flask", "flask_openapi", "flask_babel", "flask_compress", "werkzeug"), ("server/",)),
    **dict.fromkeys(("jinja2", "markupsafe", "gunicorn"), ("server/",)),
    **dict.fromkeys(("folium", "branca"), ("server/maps.py",)),
    **dict.fromkeys(("pyogrio", "rasterio", "fiona", "exactextract"), ("layers/", *_GENERATORS)),
    "yaml": ("layers/strictyaml.py", *_GENERATORS),
    "ruamel": ("layers/editions/roundtrip.py",),
    "psycopg": ("layers/editions/postgis.py",),
    "pyproj": ("geo/crs.py", "geo/measure.py", "geo/datum.py", *_GENERATORS),
    # The cable is pulled: nothing but a benchmark of our own server speaks HTTP outwards.
    **dict.fromkeys(("requests", "httpx", "urllib3", "aiohttp", "ftplib", "smtplib"), _GENERATORS),
    **dict.fromkeys(("urllib.request", "http.client", "socket"), _GENERATORS),
    "time": ("server/", "scripts/"),
    **dict.fromkeys(("dask", "distributed"), ("layers/sites/dask_engine.py",)),
}
NO_FLASK = ("server/reports/", "server/ledger/")
NOT_IN_GEO = ("os", "pathlib", "io", "tempfile", "shutil", "sqlite3", "subprocess", "logging", "random")

# Imports inside functions: heavy optional doors only, and each with a comment on its line.
NESTED = {
    "folium": "0.3 s, for the page only",
    "openpyxl": "0.1 s, for workbooks only",
    "rasterio": "0.1 s, for raster layers only",
    **dict.fromkeys(("pandas", "geopandas"), "half a second of every start; no check of a site needs them"),
    "pyogrio": "brings both of them with it",
    "pyarrow": "its functions, which a single check needs none of",
    "ruamel": "0.1 s, for acceptance only",
    "matplotlib": "0.5 s and 40 MB, for pictures in reports only",
    "typst": "an 80 MB library, for PDF only",
    "docx": "for Word reports only",
    "dask": "optional: --engine dask",
    "distributed": "optional: --engine dask",
    "psycopg": "optional: PostGIS tables",
    "h5py": "one source of the demonstration bundle, read on --sources only",
}

# server/lang.py reads the words of its own pages, once, at the start: not data, and no answer rests on them.
READERS_OF_FILES = ("layers/", "server/lang.py", *_GENERATORS)
_READING_MODULES = ("pandas", "geopandas", "pyarrow", "pyogrio")
_READING_CALLS = frozenset(
    [
        *("open", "io.open", "os.open", "codecs.open", "gzip.open", "bz2.open", "lzma.open", "tarfile.open"),
        *("numpy.load", "numpy.loadtxt", "numpy.genfromtxt", "numpy.fromfile", "numpy.memmap"),
        *("openpyxl.load_workbook", "zipfile.Path"),
    ]
)
_READING_METHODS = frozenset(("read_text", "read_bytes", "open"))

CLOCK_AT = ("server/", "scripts/")
_CLOCK = frozenset(
    [
        "datetime.date.today",
        *(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")),
        *(f"pandas.Timestamp.{name}" for name in ("now", "utcnow", "today")),
    ]
)
ENVIRONMENT_AT = ("server/settings.py", "scripts/")
_ENVIRONMENT = frozenset(("os.environ", "os.environb", "os.getenv", "os.putenv"))
_PREPARE = frozenset(("shapely.prepare", "shapely.prepared", "shapely.prepared.prep"))
_HIDDEN = {"eval": "runs text as code", "exec": "runs text as code", "__import__": "hides an import"}

Fault = tuple[int, str]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One source file of the product: its place in the repository, its text, what its names stand for."""

    path: str
    lines: tuple[str, ...]
    tree: ast.Module
    nodes: tuple[ast.AST, ...]  # all of the tree, walked once
    aliases: dict[str, str]

    @property
    def room(self) -> str:
        return self.path.partition("/")[0]

    def inside(self, places: tuple[str, ...]) -> bool:
        return any(
            self.path == place or (place.endswith("/") and self.path.startswith(place)) for place in places
        )

    def dotted(self, node: ast.AST) -> str | None:
        """Return the full name of a name or attribute, as ``datetime.date.today``; None for anything else."""
        if isinstance(node, ast.Name):
            return self.aliases.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            owner = self.dotted(node.value)
            return f"{owner}.{node.attr}" if owner else None
        return None


def read_module(root: Path, file: Path) -> Module:
    path = file.relative_to(root).as_posix()
    text = file.read_text(encoding="utf-8")
    tree = ast.parse(text, filename=path)
    nodes = tuple(ast.walk(tree))
    aliases = {bound: name for _, name, bound in _imports(path, nodes) if bound}
    return Module(path=path, lines=tuple(text.splitlines()), tree=tree, nodes=nodes, aliases=aliases)


def read_house(root: Path) -> list[Module]:
    """Return every module of the rooms of the repository at ``root``, by path."""
    files = [file for room in ROOMS for file in (root / room).rglob("*.py")]
    return [read_module(root, file) for file in sorted(files)]


def faults(house: Iterable[Module]) -> list[str]:
    """Return what is against the rules in these modules, one line each."""
    return [
        f"{module.path}:{line}: {message}"
        for module in house
        for check in CHECKS
        for line, message in sorted(set(check(module)))
    ]


def imported(module: Module) -> Iterator[tuple[ast.stmt, str]]:
    """Yield the statement and the full name of everything that ``module`` imports."""
    for node, name, _ in _imports(module.path, module.nodes):
        yield node, name


def _imports(path: str, nodes: Iterable[ast.AST]) -> Iterator[tuple[ast.stmt, str, str | None]]:
    """Yield statement, full name and the name it is bound to here."""
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                yield node, alias.name, bound if alias.asname or "." not in alias.name else None
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(path, node)
            for alias in node.names:
                yield node, f"{origin}.{alias.name}", alias.asname or alias.name


def _origin(path: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = path.split("/")[: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])


def _is(name: str, library: str) -> bool:
    return name == library or name.startswith(f"{library}.")


# ---------------------------------------------------------------- who imports whom


def check_directions(module: Module) -> Iterator[Fault]:
    allowed = ROOMS[: ROOMS.index(module.room) + 1]
    for node, name in imported(module):
        room = name.partition(".")[0]
        if room in (*ROOMS, "tests") and room not in allowed:
            yield node.lineno, f"imports {name}: {module.room}/ may import {', '.join(allowed)} only"


def check_doors(module: Module) -> Iterator[Fault]:
    for node, name in imported(module):
        for library, places in DOORS.items():
            if _is(name, library) and not module.inside(places):
                yield node.lineno, f"imports {library}: only {', '.join(places)} may"
        if _is(name, "flask") and module.inside(NO_FLASK):
            yield node.lineno, f"imports flask: {', '.join(NO_FLASK)} work without a request"
        if module.room == "geo" and any(_is(name, library) for library in NOT_IN_GEO):
            yield node.lineno, f"imports {name}: geo/ is pure, without files, processes, logs or chance"


def check_nested_imports(module: Module) -> Iterator[Fault]:
    found = [(node, name) for node, name in imported(module) if node.col_offset]  # set in: not at the top
    for function in _functions(module) if found else ():
        inner = {id(node) for node in ast.walk(function)}
        for node, name in found:
            if id(node) not in inner:
                continue
            if name.partition(".")[0] not in NESTED:
                yield node.lineno, f"imports {name} inside {function.name}: only {', '.join(NESTED)} may be"
            elif "#" not in module.lines[node.lineno - 1]:
                yield node.lineno, f"imports {name} inside {function.name} with no reason beside it"


# ---------------------------------------------------------------- files, clock, environment


def _reads_a_file(module: Module, call: ast.Call) -> str | None:
    """Return the name under which ``call`` reads a file, or None."""
    name = module.dotted(call.func)
    if name in _READING_CALLS:
        return name
    if name and name.rpartition(".")[2].startswith("read_") and name.partition(".")[0] in _READING_MODULES:
        return name
    if isinstance(call.func, ast.Attribute) and call.func.attr in _READING_METHODS:
        return f".{call.func.attr}"
    return None


def _writes(call: ast.Call) -> bool:
    """Tell whether an `open` names a mode that writes."""
    if any(isinstance(value, ast.Attribute) and value.attr == "O_WRONLY" for value in call.args):
        return True
    place = 0 if isinstance(call.func, ast.Attribute) else 1
    modes = [word.value for word in call.keywords if word.arg == "mode"] + call.args[place : place + 1]
    return any(
        isinstance(mode, ast.Constant) and isinstance(mode.value, str) and set("wax") & set(mode.value)
        for mode in modes
    )


def check_readers(module: Module) -> Iterator[Fault]:
    if module.inside(READERS_OF_FILES):
        return
    for node in module.nodes:
        if isinstance(node, ast.Call) and (name := _reads_a_file(module, node)):
            if module.room == "scripts" and name.endswith("open") and _writes(node):
                continue
            yield node.lineno, f"reads a file with {name}: only {', '.join(READERS_OF_FILES)} may"


def _uses(module: Module, names: frozenset[str]) -> Iterator[tuple[int, str]]:
    for node in module.nodes:
        if isinstance(node, ast.Name | ast.Attribute) and (name := module.dotted(node)) in names:
            yield node.lineno, name


def check_clock(module: Module) -> Iterator[Fault]:
    if not module.inside(CLOCK_AT):
        for line, name in _uses(module, _CLOCK):
            yield line, f"asks the clock with {name}: the date is an argument"


def check_environment(module: Module) -> Iterator[Fault]:
    if not module.inside(ENVIRONMENT_AT):
        for line, name in _uses(module, _ENVIRONMENT):
            yield line, f"reads the environment with {name}: only {', '.join(ENVIRONMENT_AT)} may"


def check_import_is_inert(module: Module) -> Iterator[Fault]:
    for part in _run_at_import(module.tree):
        if isinstance(part, ast.Call) and (name := _reads_a_file(module, part)):
            yield part.lineno, f"reads a file with {name} when it is imported"
        if isinstance(part, ast.Name | ast.Attribute) and (name := module.dotted(part)) in _ENVIRONMENT:
            yield part.lineno, f"reads {name} when it is imported"


def _run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what runs when a module is imported: all but the bodies of functions and of the main guard."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            for part in (*child.decorator_list, child.args):
                yield from ast.walk(part)
        elif isinstance(child, ast.Lambda) or (
            isinstance(child, ast.If) and "__main__" in ast.unparse(child.test)
        ):
            continue
        else:
            yield child
            yield from _run_at_import(child)


# ---------------------------------------------------------------- manners and size


def check_manners(module: Module) -> Iterator[Fault]:
    for node in module.nodes:
        if isinstance(node, ast.Global):
            yield node.lineno, f"global {', '.join(node.names)}: pass it, or return it"
        elif isinstance(node, ast.ExceptHandler) and node.type is None:
            yield node.lineno, "a bare except hides our own bugs"
        elif isinstance(node, ast.Raise) and _raised(node) in {"Exception", "BaseException"}:
            yield node.lineno, f"raises {_raised(node)}: use the tree of geo/errors.py"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in {"print", "pprint"} and module.room != "scripts":
                yield node.lineno, "prints: only scripts/ may"
            if node.func.id in _HIDDEN:
                yield node.lineno, f"{node.func.id} {_HIDDEN[node.func.id]}"
        if isinstance(node, ast.Call) and module.dotted(node.func) == "importlib.import_module":
            yield node.lineno, "importlib.import_module hides an import"


def _raised(node: ast.Raise) -> str | None:
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return raised.id if isinstance(raised, ast.Name) else None


def check_prepared(module: Module) -> Iterator[Fault]:
    if module.room == "scripts":
        return
    message = (
        "prepares geometries: shared between threads they crash the interpreter; let STRtree.query prepare"
    )
    for line, _ in _uses(module, _PREPARE):
        yield line, message
    for node, name in imported(module):
        if name in _PREPARE or _is(name, "shapely.prepared"):
            yield node.lineno, message


def check_sizes(module: Module) -> Iterator[Fault]:
    if len(module.lines) > FILE_LINES:
        yield FILE_LINES + 1, f"{len(module.lines)} lines in a file: over {FILE_LINES} it is two rooms"
    for function in _functions(module):
        length = _length(function)
        if length > FUNCTION_LINES:
            yield (
                function.lineno,
                f"{length} lines in {function.name}: over {FUNCTION_LINES} it is two functions",
            )


def _functions(module: Module) -> Iterator[Function]:
    for node in module.nodes:
        if isinstance(node, Function):
            yield node


def _length(function: Function) -> int:
    """Return the lines of a function from `def` to its end, its docstring not counted."""
    length = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length


def check_public_functions(module: Module) -> Iterator[Fault]:
    if module.room not in {"geo", "layers"}:
        return
    for owner, function in _public_functions(module.tree):
        name = f"{owner}{function.name}"
        if not ast.get_docstring(function):
            yield function.lineno, f"{name} has no docstring"
        bare = [
            argument.arg for argument in _arguments(function, bound=bool(owner)) if not argument.annotation
        ]
        if bare or function.returns is None:
            yield function.lineno, f"{name} is not annotated: {', '.join([*bare, *_no_return(function)])}"


def _no_return(function: Function) -> list[str]:
    return [] if function.returns else ["the return"]


def _public_functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    for node in tree.body:
        if isinstance(node, Function) and not node.name.startswith("_"):
            yield "", node
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for member in node.body:
                if isinstance(member, Function) and not member.name.startswith("_"):
                    yield f"{node.name}.", member


def _arguments(function: Function, *, bound: bool) -> list[ast.arg]:
    """Return the parameters of a function, without the instance or class of a bound method."""
    given = function.args
    plain = [*given.posonlyargs, *given.args]
    static = any(isinstance(mark, ast.Name) and mark.id == "staticmethod" for mark in function.decorator_list)
    if bound and not static:
        plain = plain[1:]
    return [*plain, *given.kwonlyargs, *(rest for rest in (given.vararg, given.kwarg) if rest)]


CHECKS: tuple[Callable[[Module], Iterator[Fault]], ...] = (
    check_directions,
    check_doors,
    check_nested_imports,
    check_readers,
    check_clock,
    check_environment,
    check_import_is_inert,
    check_manners,
    check_prepared,
    check_sizes,
    check_public_functions,
)
