"""不得入清单的主题。 Subjects that no list may hold: petitioning, assembly and belief.

A list says what an organ puts right or does. These three are rights of persons (宪法 arts. 35, 36, 41) with statutes and
channels of their own; a list that turns them into incidents would make people the thing to be handled. The words stand here
once: the checks of a pack and the rules of admission both read them.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_JOINERS: Final = re.compile(r"[\s·•.\-_*\u200b-\u200d\u2060\u00ad]+")
_TRADITIONAL: Final = str.maketrans(
    "訪會遊眾體團靜請願罷維穩鬧進纏級傳敎動隊標語蘭廟宮觀禮勸師誦經覲禱",
    "访会游众体团静请愿罢维稳闹进缠级传教动队标语兰庙宫观礼劝师诵经觐祷",
)


@dataclass(frozen=True, slots=True)
class Subject:
    """一类不得入清单的主题。 One subject: the words that betray it in Chinese and English, and why it is refused."""

    code: str
    name_zh: str
    name_en: str
    why_zh: str
    why_en: str
    clause: str  # the foundation (see `foundations`) of the right
    chinese: re.Pattern[str]
    english: re.Pattern[str]

    def found_in(self, text: str) -> str | None:
        """文中出现的词。 The word of this subject found in the text, if any."""
        plain = unicodedata.normalize("NFKC", text).translate(_TRADITIONAL)
        found = self.chinese.search(_JOINERS.sub("", plain)) or self.english.search(plain.casefold())
        return found.group() if found else None


# What stands behind a proper name that is no place of worship: Church Street, Temple Place.
_STREET: Final = (
    r"(?!\s+(?:st|street|rd|road|ave|avenue|pl|place|sq|square|ln|lane|ct|court|ter|terrace|hill|park)\b)"
)

# The lookarounds keep ordinary words apart that only contain the characters: 线上访问, 微信访客, 采集会议, 旅游行业, 宣传教育,
# 走访民情, 街道教育, 微信众筹, 故宫观众, 每个礼拜.
SUBJECTS: Final = (
    Subject(
        code="forbidden_petitioning",
        name_zh="信访",
        name_en="petitioning",
        why_zh="信访有法定渠道，不得作为网格事件",
        why_en="petitions have a channel of their own by law and are no incident of a grid",
        clause="right_petition",
        chinese=re.compile(
            r"(?<!线)(?<!网)(?<!路)上访(?![问客谈])|(?<!微)信访(?![问客谈])|[越重缠闹集]访(?![问客谈])|集体访(?![问客谈])"
            r"|非正常访|非访|越级走?访|进京访|赴省访|群访(?![问客谈])|截访|稳控|涉访(?![问客谈])|劝返(?![车船货游登])"
            r"|(?<![走探来回家寻采查暗受])访民(?![情营生众意主间居宿政警])"
        ),
        english=re.compile(r"\bpetition(s|er|ers|ing)?\b|\bxinfang\b"),
    ),
    Subject(
        code="forbidden_assembly",
        name_zh="集会、游行、示威",
        name_en="assembly",
        why_zh="集会、游行、示威由专门法律规定，不得作为网格事件",
        why_en="assemblies, processions and demonstrations have their own statute and are no incident of a grid",
        clause="right_assembly",
        chinese=re.compile(
            r"(?<![采收征募])集会(?![议计])|(?<!旅)游行(?![业为程])|示威|静坐|抗议|请愿|罢工|罢市|罢课"
            r"|(集体|群体|聚集)性?事件|涉稳|维稳|拉横幅|打横幅|聚众闹|聚集闹|非法聚集|聚集滋事"
        ),
        english=re.compile(
            r"\b(public|mass|unlawful|illegal|unauthori[sz]ed)\s+(assembl(y|ies)|gatherings?|processions?|incidents?)\b"
            r"|\bprotest(s|er|ers|ing)?\b|\bdemonstrat(ors?|ions?)\b|\brall(y|ies)\b|\bmarch(es|ers?)\b"
            r"|\bsit-ins?\b|\bpickets?\b|\bsocial\s+stability\b|\bfreedom\s+of\s+assembly\b|\bassembly\s+of\s+people\b"
        ),
    ),
    Subject(
        code="forbidden_belief",
        name_zh="宗教信仰",
        name_en="belief",
        why_zh="信仰自由受宪法保护，不得作为网格事件",
        why_en="belief is protected by the constitution and is no incident of a grid",
        clause="right_belief",
        chinese=re.compile(
            r"宗教|邪教|信教|(?<!宣)传教|宣传教义|布道|教徒|信徒|(家庭|地下)教会|信仰|法轮功|全能神|封建迷信"
            r"|佛教(?!育)|(?<![街渠轨管通频跑车拳人])道教(?![育师学练室材职研导程委])|伊斯兰|穆斯林|基督|天主教|东正教"
            r"|清真寺|教堂|寺庙|寺院|宫观(?![看众赏察摩景光测影])|礼佛|拜佛|佛事|做礼拜(?![一二三四五六日天])"
            r"|礼拜(?=[寺堂]|场所|活动|聚会)|主日崇拜|祷告|诵经|朝觐|阿訇|(?<!畜)牧师(?!傅)|(?<!精)神父"
            r"|(?<![通微短电诚可])信众(?![多筹包人所])"
        ),
        english=re.compile(
            r"\breligio(n|ns|us)\b|\bcults?\b|\bbeliefs?\b|\bsects?\b|\bmissionar(y|ies)\b|\bworship(s|p?ed|p?ing|p?ers?)?\b"
            rf"|\b(church(es)?|mosques?|temples?|chapels?|synagogues?)\b{_STREET}"
            r"|\bbuddhis(m|ts?)\b|\btaois(m|ts?)\b|\bislam(ic)?\b|\bmuslims?\b|\bchristianity\b|\bchristians\b|\bcatholic(s|ism)?\b"
        ),
    ),
)
