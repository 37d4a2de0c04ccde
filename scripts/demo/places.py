"""Hand-placed names and positions: rivers and where they run, towns, and what each district is like.

Names are those of the five plans. Positions of rivers marked real come from WDBII; all others are put by hand to
within some kilometres of where the text suggests, and everything made from them is synthetic.
"""

from dataclasses import dataclass

Place = tuple[float, float]
"""Longitude and latitude, degrees."""

CHAOTIAN, BAZHOU, ENYANG, TONGJIANG = "510812", "511902", "511903", "511921"
NANJIANG, PINGCHANG, LESHAN, CHENGKOU, TONGNAN = "511922", "511923", "511102", "500229", "500152"

TOWNS: dict[str, tuple[Place, ...]] = {
    CHAOTIAN: ((105.893, 32.642), (105.985, 32.745), (106.105, 32.615)),
    BAZHOU: ((106.763, 31.862), (106.868, 31.738)),
    ENYANG: ((106.632, 31.785), (106.505, 31.690)),
    TONGJIANG: ((107.246, 31.915), (107.480, 31.985), (107.330, 32.270)),
    NANJIANG: ((106.838, 32.352), (106.935, 32.095)),
    PINGCHANG: ((107.103, 31.562), (107.010, 31.390), (107.340, 31.640)),
    LESHAN: ((103.765, 29.575), (103.655, 29.600), (103.890, 29.620)),
    CHENGKOU: ((108.664, 31.946), (108.520, 31.905), (108.800, 31.885)),
    TONGNAN: ((105.838, 30.190), (105.690, 30.075), (105.830, 29.985)),
}
"""Built-up places, the county seat first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class River:
    """A river as placed.

    Attributes
    ----------
    parts
        Real rivers: stretches of WDBII lines, each (a place on the line, from, to), going downstream.
    course
        Synthetic rivers: places it passes, going downstream.
    into
        Name of the river it ends in; empty where it leaves the window.
    width_m
        Assumed mean width.
    important
        重要支流: a basin of 10 000 km² or more (regulations.md §5.2).
    """

    code: str
    name: str
    width_m: float
    basin_km2: float | None
    important: bool
    basin: str
    parts: tuple[tuple[Place, Place, Place], ...] = ()
    course: tuple[Place, ...] = ()
    into: str = ""
    corridor_m: float = 200.0

    @property
    def synthetic(self) -> bool:
        """Drawn by hand, because no source has it."""
        return not self.parts


_JUNCTION_PINGCHANG = (107.12125, 31.56438)
_JUNCTION_BAZHOU = (106.768, 31.868)

RIVERS: tuple[River, ...] = (
    River(
        code="R01", name="嘉陵江", width_m=130, basin_km2=160000, important=True, basin="嘉陵江", corridor_m=500,
        parts=(((105.915, 32.75), (105.98, 33.02), (105.79, 32.40)),),
    ),
    River(
        code="R02", name="涪江", width_m=320, basin_km2=36400, important=True, basin="嘉陵江", corridor_m=500,
        parts=(((105.80, 30.23), (105.60, 30.53), (106.20, 30.00)),),
    ),
    River(
        code="R03", name="岷江", width_m=380, basin_km2=133000, important=True, basin="岷江", corridor_m=500,
        parts=(
            ((103.758, 29.62), (103.84, 29.88), (103.75870, 29.55528)),
            ((103.80, 29.40), (103.75870, 29.55528), (103.83, 29.36)),
        ),
    ),
    River(
        code="R04", name="大渡河", width_m=450, basin_km2=77000, important=True, basin="岷江", corridor_m=500,
        parts=(((103.62, 29.50), (103.56, 29.38), (103.75870, 29.55528)),), into="岷江",
    ),
    River(
        code="R05", name="青衣江", width_m=260, basin_km2=13000, important=True, basin="岷江", corridor_m=400,
        parts=(((103.62, 29.668), (103.42, 29.84), (103.71222, 29.55889)),), into="大渡河",
    ),
    River(
        code="R06", name="巴河", width_m=160, basin_km2=20000, important=True, basin="渠江", corridor_m=400,
        parts=(
            ((106.90, 31.73), _JUNCTION_BAZHOU, _JUNCTION_PINGCHANG),
            ((107.19, 31.40), _JUNCTION_PINGCHANG, (107.17, 31.10)),
        ),
    ),
    River(
        code="R07", name="南江河", width_m=70, basin_km2=None, important=False, basin="渠江", corridor_m=300,
        parts=(((106.87, 32.40), (107.05, 32.62), _JUNCTION_BAZHOU),), into="巴河",
    ),
    River(
        code="R08", name="通江河", width_m=110, basin_km2=None, important=False, basin="渠江", corridor_m=300,
        parts=(((107.34, 32.10), (107.36, 32.70), _JUNCTION_PINGCHANG),), into="巴河",
    ),
    River(
        code="R09", name="前河", width_m=60, basin_km2=None, important=False, basin="渠江", corridor_m=300,
        parts=(((108.70, 31.81), (109.00, 31.67), (108.18, 31.57)),),
    ),
    River(
        code="R10", name="任河", width_m=70, basin_km2=4871, important=False, basin="汉江", corridor_m=300,
        course=(
            (109.130, 31.790), (109.060, 31.835), (108.975, 31.862), (108.890, 31.905), (108.790, 31.918),
            (108.712, 31.940), (108.660, 31.944), (108.590, 31.972), (108.520, 31.990), (108.455, 32.022),
            (108.395, 32.018), (108.345, 32.050), (108.290, 32.095), (108.190, 32.150),
        ),
    ),
    River(
        code="R11", name="琼江", width_m=55, basin_km2=4400, important=False, basin="涪江", corridor_m=300,
        course=(
            (105.400, 30.160), (105.480, 30.128), (105.560, 30.132), (105.618, 30.098), (105.690, 30.082),
            (105.752, 30.040), (105.800, 30.012), (105.852, 29.972), (105.905, 29.962), (105.960, 29.925),
            (106.030, 29.932), (106.100, 29.900),
        ),
    ),
    River(
        code="R12", name="中河", width_m=35, basin_km2=None, important=False, basin="渠江",
        course=(
            (108.820, 31.842), (108.745, 31.866), (108.660, 31.858), (108.585, 31.872), (108.505, 31.858),
            (108.430, 31.868), (108.345, 31.835), (108.240, 31.800), (108.160, 31.790),
        ),
    ),
    River(
        code="R13", name="潜溪河", width_m=25, basin_km2=None, important=False, basin="嘉陵江", into="嘉陵江",
        course=((106.085, 32.700), (106.030, 32.712), (105.980, 32.678), (105.935, 32.668), (105.887, 32.645)),
    ),
    River(
        code="R14", name="安乐河", width_m=30, basin_km2=None, important=False, basin="嘉陵江", into="嘉陵江",
        course=((105.700, 32.745), (105.752, 32.738), (105.802, 32.712), (105.850, 32.722), (105.905, 32.703)),
    ),
    River(
        code="R15", name="羊木河", width_m=25, basin_km2=None, important=False, basin="嘉陵江", into="嘉陵江",
        course=((105.655, 32.690), (105.705, 32.655), (105.742, 32.618), (105.800, 32.606), (105.870, 32.588)),
    ),
    River(
        code="R16", name="小通江", width_m=60, basin_km2=None, important=False, basin="渠江", into="通江河",
        course=((107.075, 32.465), (107.120, 32.380), (107.165, 32.280), (107.168, 32.160), (107.215, 32.060),
                (107.225, 31.960), (107.270, 31.880)),
    ),
    River(
        code="R17", name="焦家河", width_m=30, basin_km2=None, important=False, basin="渠江", into="南江河",
        course=((106.690, 32.560), (106.745, 32.520), (106.790, 32.455), (106.890, 32.410)),
    ),
    River(
        code="R18", name="驷马河", width_m=20, basin_km2=None, important=False, basin="渠江", into="巴河",
        course=((106.925, 31.345), (106.975, 31.392), (107.040, 31.405), (107.105, 31.452), (107.190, 31.462)),
    ),
    River(
        code="R19", name="峨眉河", width_m=45, basin_km2=None, important=False, basin="岷江", into="大渡河",
        course=((103.470, 29.600), (103.540, 29.604), (103.600, 29.590), (103.660, 29.582), (103.735, 29.556)),
    ),
    River(
        code="R20", name="竹公溪", width_m=15, basin_km2=None, important=False, basin="岷江", into="岷江",
        course=((103.706, 29.672), (103.728, 29.634), (103.730, 29.604), (103.764, 29.585)),
    ),
    River(
        code="R21", name="泥溪河", width_m=20, basin_km2=None, important=False, basin="岷江", into="岷江",
        course=((103.950, 29.660), (103.915, 29.640), (103.872, 29.664), (103.830, 29.646), (103.785, 29.672)),
    ),
    River(
        code="R22", name="临江河", width_m=30, basin_km2=None, important=False, basin="岷江", into="大渡河",
        course=((103.455, 29.560), (103.520, 29.556), (103.575, 29.530), (103.655, 29.522)),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """What the zoning of a district is like.

    Attributes
    ----------
    redline_m2, old_redline_m2
        Area of the red line, current and 2020 edition; negative: a share of the district, as -0.0537.
    priority_share, key_share
        Of the district.
    counts
        Priority, key and general units.
    published
        Which of these figures stand in a text; the others are plausible inventions.
    """

    redline_m2: float
    old_redline_m2: float
    priority_share: float
    key_share: float
    counts: tuple[int, int, int]
    published: tuple[str, ...] = ()


CHARACTERS: dict[str, Character] = {
    CHAOTIAN: Character(
        redline_m2=-0.243, old_redline_m2=-0.256, priority_share=0.405, key_share=0.072, counts=(2, 4, 1),
        published=("counts",),
    ),
    BAZHOU: Character(
        redline_m2=-0.031, old_redline_m2=-0.036, priority_share=0.118, key_share=0.205, counts=(3, 4, 1)
    ),
    ENYANG: Character(
        redline_m2=-0.014, old_redline_m2=-0.017, priority_share=0.086, key_share=0.168, counts=(2, 3, 1)
    ),
    TONGJIANG: Character(
        redline_m2=-0.287, old_redline_m2=-0.301, priority_share=0.437, key_share=0.038, counts=(5, 3, 1)
    ),
    NANJIANG: Character(
        redline_m2=-0.322, old_redline_m2=-0.335, priority_share=0.468, key_share=0.046, counts=(5, 3, 1)
    ),
    PINGCHANG: Character(
        redline_m2=-0.042, old_redline_m2=-0.049, priority_share=0.134, key_share=0.121, counts=(3, 3, 1)
    ),
    LESHAN: Character(
        redline_m2=0.6657e6, old_redline_m2=0.6657e6, priority_share=0.048, key_share=0.542, counts=(2, 4, 1),
        published=("redline",),
    ),
    CHENGKOU: Character(
        redline_m2=1984.87e6, old_redline_m2=1921.40e6, priority_share=0.682, key_share=0.004, counts=(7, 6, 3),
        published=("redline", "counts", "shares"),
    ),
    TONGNAN: Character(
        redline_m2=-0.0537, old_redline_m2=-0.0956, priority_share=0.051, key_share=0.481, counts=(7, 10, 4),
        published=("redline", "counts", "shares"),
    ),
}  # fmt: skip
