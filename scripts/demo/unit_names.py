"""Names and anchors of the control units; the counts are the published ones where a text gives them."""

from dataclasses import dataclass

from scripts.demo.places import (
    BAZHOU,
    CHAOTIAN,
    CHENGKOU,
    ENYANG,
    LESHAN,
    NANJIANG,
    PINGCHANG,
    TONGJIANG,
    TONGNAN,
    TOWNS,
    Place,
)

Named = tuple[str, Place]
Key = tuple[str, str, tuple[Place, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The units of a district.

    Attributes
    ----------
    priority, general
        Name and anchor of each unit.
    key
        Sub-type, name and places of each key unit.
    """

    priority: tuple[Named, ...]
    key: tuple[Key, ...]
    general: tuple[Named, ...]


PLANS: dict[str, Plan] = {
    CHAOTIAN: Plan(
        priority=(("水磨沟—曾家山", (106.14, 32.64)), ("嘉陵江源—潜溪河", (105.82, 32.74))),
        key=(
            ("industrial", "朝天经济开发区", ((105.938, 32.652),)),
            ("industrial", "仇坝工业园区", ((105.902, 32.602),)),
            ("urban", "朝天城区", TOWNS[CHAOTIAN][:2]),
            ("element", "嘉陵江水环境", ((105.88, 32.62),)),
        ),
        general=(("农业与生活空间", (105.95, 32.65)),),
    ),
    BAZHOU: Plan(
        priority=(("化成水库", (106.86, 31.93)), ("巴河上游", (106.72, 31.97)), ("东部丘陵", (107.02, 31.92))),
        key=(
            ("industrial", "巴中经济开发区", ((106.798, 31.815),)),
            ("industrial", "曾口化工工业园", ((106.905, 31.722),)),
            ("urban", "巴城", TOWNS[BAZHOU]),
            ("element", "巴河水环境", ((106.88, 31.76),)),
        ),
        general=(("农业与生活空间", (106.85, 31.80)),),
    ),
    ENYANG: Plan(
        priority=(("黄石盘水库", (106.48, 31.84)), ("南部丘陵", (106.60, 31.62))),
        key=(
            ("industrial", "恩阳食品工业园", ((106.602, 31.800),)),
            ("urban", "恩阳城区", TOWNS[ENYANG]),
            ("element", "恩阳河水环境", ((106.63, 31.74),)),
        ),
        general=(("农业与生活空间", (106.57, 31.73)),),
    ),
    TONGJIANG: Plan(
        priority=(
            ("诺水河", (107.19, 32.37)), ("空山", (107.36, 32.44)), ("五台山", (107.56, 32.20)),
            ("通江河上游", (107.40, 32.12)), ("小通江水源", (107.20, 32.03)),
        ),
        key=(
            ("industrial", "春在工业园", ((107.272, 31.938),)),
            ("urban", "通江城区", TOWNS[TONGJIANG][:2]),
            ("element", "通江河水环境", ((107.27, 31.86),)),
        ),
        general=(("农业与生活空间", (107.37, 32.10)),),
    ),
    NANJIANG: Plan(
        priority=(
            ("光雾山", (106.75, 32.63)), ("米仓山", (106.98, 32.55)), ("红鱼洞水库", (106.71, 32.41)),
            ("南江河上游", (106.90, 32.45)), ("东部山地", (107.02, 32.25)),
        ),
        key=(
            ("industrial", "南江工业基地", ((106.858, 32.312),)),
            ("urban", "南江城区", TOWNS[NANJIANG]),
            ("element", "南江河水环境", ((106.79, 32.15),)),
        ),
        general=(("农业与生活空间", (106.90, 32.20)),),
    ),
    PINGCHANG: Plan(
        priority=(("双桥水库", (107.24, 31.66)), ("驷马河湿地", (107.05, 31.41)), ("东部丘陵", (107.42, 31.74))),
        key=(
            ("industrial", "平昌经济开发区", ((107.080, 31.532),)),
            ("urban", "平昌城区", TOWNS[PINGCHANG]),
            ("element", "巴河水环境", ((107.14, 31.48),)),
        ),
        general=(("农业与生活空间", (107.15, 31.55)),),
    ),
    LESHAN: Plan(
        priority=(("大佛—岷江", (103.79, 29.58)), ("大渡河—青衣江", (103.66, 29.57))),
        key=(
            ("industrial", "嘉州工业园", ((103.868, 29.610), (103.660, 29.545))),
            ("urban", "中心城区", TOWNS[LESHAN]),
            ("element", "岷江水环境", ((103.78, 29.65),)),
            ("element", "泥溪河流域", ((103.90, 29.66),)),
        ),
        general=(("农业与生活空间", (103.88, 29.60)),),
    ),
    CHENGKOU: Plan(
        priority=(
            ("大巴山东段", (109.12, 31.86)), ("大巴山中段", (108.86, 31.98)), ("大巴山西段", (108.60, 32.08)),
            ("九重山", (108.78, 31.73)), ("巴山湖", (108.42, 32.02)), ("龙峡水库", (108.72, 31.99)),
            ("前河上游", (109.00, 31.72)),
        ),
        key=(
            ("industrial", "城口工业园区高燕组团", ((108.607, 31.958),)),
            ("industrial", "城口工业园区巴山组团", ((108.498, 31.983),)),
            ("urban", "葛城街道城镇开发边界", (TOWNS[CHENGKOU][0],)),
            ("urban", "庙坝城镇开发边界", (TOWNS[CHENGKOU][1],)),
            ("urban", "修齐城镇开发边界", (TOWNS[CHENGKOU][2],)),
            ("element", "任河水寨子控制断面", ((108.565, 31.978),)),
        ),
        general=(("任河流域", (108.60, 31.96)), ("中河流域", (108.55, 31.86)), ("前河流域", (108.66, 31.76))),
    ),
    TONGNAN: Plan(
        priority=(
            ("涪江国家湿地公园", (105.82, 30.20)), ("马鞍山森林公园", (105.77, 29.86)),
            ("五桂山楠木生态公园", (105.92, 29.91)), ("大石桥水库", (105.91, 30.29)), ("崇龛水源", (105.62, 30.10)),
            ("涪江上游", (105.76, 30.31)), ("罗盘山", (105.72, 29.91)),
        ),
        key=(
            ("industrial", "产城融合产业园", ((105.845, 30.232),)),
            ("industrial", "循环经济产业园", ((105.905, 30.195),)),
            ("industrial", "现代制造产业园", ((105.812, 30.152),)),
            ("industrial", "巨科环保园区", ((105.745, 30.112),)),
            ("industrial", "北部化工园区", ((105.868, 30.272),)),
            ("urban", "城市建成区", (TOWNS[TONGNAN][0],)),
            ("urban", "琼江沿线城镇", TOWNS[TONGNAN][1:]),
            ("element", "涪江老池控制断面", ((105.79, 30.28),)),
            ("element", "涪江玉溪控制断面", ((105.93, 30.13),)),
            ("element", "琼江中和控制断面", ((105.72, 30.06),)),
        ),
        general=(
            ("北部丘陵", (105.88, 30.36)), ("东部丘陵", (105.94, 30.22)), ("西部丘陵", (105.63, 30.20)),
            ("南部低山", (105.80, 29.92)),
        ),
    ),
}  # fmt: skip
