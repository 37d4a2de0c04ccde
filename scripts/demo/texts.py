"""The four requirement texts of a control unit, plausible and marked 示范."""

from dataclasses import dataclass

MARK = "（示范文本，非法定清单）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """空间布局约束, 污染物排放管控, 环境风险防控, 资源开发效率要求."""

    spatial: str
    emission: str
    risk: str
    resource: str


_PRIORITY = Texts(
    spatial="禁止开发建设活动的要求：生态保护红线内按国家规定管控，自然保护地核心保护区原则上禁止人为活动，"
    "禁止新建化工、冶炼、尾矿库和露天矿山。限制开发建设活动的要求：严格控制开发强度，旅游设施须适度并符合规划。"
    "不符合空间布局要求活动的退出要求：红线内不符合管控要求的矿业权有序退出。",
    emission="单元内不新增污染物排放总量；乡镇生活污水处理设施稳定达标排放。",
    risk="饮用水水源保护区周边公路、桥梁设置防撞和事故废水收集设施；加强外来入侵物种和森林火灾防控。",
    resource="保障河道生态流量；严格控制小水电开发，已建电站落实下泄流量。",
)
_INDUSTRIAL = Texts(
    spatial="禁止开发建设活动的要求：禁止引入不符合规划环评和产业准入要求的项目；河流岸线一公里范围内禁止新建、扩建"
    "化工园区和化工项目。限制开发建设活动的要求：临近居住区的地块限制布局大气污染较重的企业。",
    emission="新建项目主要污染物实行等量或倍量替代；工业废水经园区集中处理设施处理达标后排放；"
    "涉挥发性有机物企业执行特别排放限值。",
    risk="园区建立三级环境风险防控体系，设置事故废水应急池，确保事故废水不进入河流；土壤重点监管单位开展自行监测。",
    resource="提高中水回用率；新建、改建、扩建项目清洁生产水平达到国内先进水平。",
)
_URBAN = Texts(
    spatial="禁止开发建设活动的要求：城市建成区禁止新建高污染燃料设施。限制开发建设活动的要求：居住、学校、医院周边"
    "限制新建产生恶臭、油烟和噪声的项目。不符合空间布局要求活动的退出要求：城区污染企业有序退城入园。",
    emission="完善雨污分流管网，城镇生活污水处理率逐年提高；施工工地落实扬尘控制措施。",
    risk="污染地块未经修复达标不得开发为居住、学校等用地。",
    resource="推广节水器具；禁燃区内禁止销售、燃用高污染燃料。",
)
_ELEMENT = Texts(
    spatial="限制开发建设活动的要求：沿河限制新建规模化畜禽养殖、餐饮船等影响水质的项目；"
    "禁止在河道管理范围内倾倒、堆放固体废物。",
    emission="控制断面上游新增排放化学需氧量、氨氮、总磷的项目实行减量替代；推进农业面源污染治理。",
    risk="建立上下游联防联控机制，落实水质预警和应急物资储备。",
    resource="严格取用水总量控制；保障控制断面生态流量。",
)
_GENERAL = Texts(
    spatial="执行国家、省（市）和区县生态环境准入的基本要求；永久基本农田严格保护；"
    "引导工业项目进入园区，严格控制园区外新建涉气工业企业。",
    emission="推进农村生活污水治理和畜禽粪污资源化利用，减少化肥农药使用量。",
    risk="加强农用地安全利用，严格管控类农用地退出食用农产品生产。",
    resource="推广节水灌溉；秸秆综合利用，禁止露天焚烧。",
)
_BY_KIND = {"industrial": _INDUSTRIAL, "urban": _URBAN, "element": _ELEMENT}


def of_unit(unit_class: str, subtype: str | None) -> Texts:
    """The texts of a unit of this class and sub-type."""
    if unit_class == "1":
        return _PRIORITY
    return _GENERAL if subtype is None else _BY_KIND[subtype]
