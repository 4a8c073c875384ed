"""How Chinese names are spelled: keys for sorting, syllables and initials for the search."""

from collections.abc import Iterable
from functools import lru_cache

from pypinyin import lazy_pinyin

# Surnames that are read otherwise than the character alone (百家姓 readings).
SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "区": "ou", "查": "zha", "翟": "zhai",
    "盖": "ge", "朴": "piao", "任": "ren", "华": "hua", "尉": "wei", "宁": "ning", "缪": "miao",
    "召": "shao", "黑": "he", "折": "she", "种": "chong", "秘": "bi", "乐": "yue", "员": "yun",
    "覃": "qin", "洗": "xian", "冼": "xian", "那": "na", "葛": "ge", "令": "ling", "万": "wan",
}  # fmt: skip
DOUBLE_SURNAMES = {
    "欧阳": ("ou", "yang"), "上官": ("shang", "guan"), "司马": ("si", "ma"),
    "诸葛": ("zhu", "ge"), "尉迟": ("yu", "chi"), "万俟": ("mo", "qi"), "长孙": ("zhang", "sun"),
    "东方": ("dong", "fang"), "皇甫": ("huang", "fu"), "令狐": ("ling", "hu"),
    "慕容": ("mu", "rong"), "司徒": ("si", "tu"), "单于": ("chan", "yu"),
}  # fmt: skip

# Characters of given names that the dictionary reads otherwise by themselves.
GIVEN = {
    "长": "chang", "乐": "le", "重": "chong", "朝": "chao", "传": "chuan", "茜": "qian",
    "行": "xing", "曾": "zeng", "柏": "bai", "盛": "sheng", "晟": "sheng", "藏": "cang",
    "调": "tiao", "少": "shao", "正": "zheng", "和": "he", "好": "hao", "兴": "xing",
}  # fmt: skip
# Every syllable of Mandarin without its tone; ü is typed v.
SYLLABLES = frozenset(
    """
    a ai an ang ao ba bai ban bang bao bei ben beng bi bian biao bie bin bing bo bu ca cai
    can cang cao ce cen ceng cha chai chan chang chao che chen cheng chi chong chou chu chua
    chuai chuan chuang chui chun chuo ci cong cou cu cuan cui cun cuo da dai dan dang dao de
    den deng di dian diao die ding diu dong dou du duan dui dun duo e ei en eng er fa fan
    fang fei fen feng fiao fo fou fu ga gai gan gang gao ge gei gen geng gong gou gu gua
    guai guan guang gui gun guo ha hai han hang hao he hei hen heng hong hou hu hua huai
    huan huang hui hun huo ji jia jian jiang jiao jie jin jing jiong jiu ju juan jue jun ka
    kai kan kang kao ke ken keng kong kou ku kua kuai kuan kuang kui kun kuo la lai lan lang
    lao le lei leng li lia lian liang liao lie lin ling liu lo long lou lu luan lun luo lv
    lve ma mai man mang mao me mei men meng mi mian miao mie min ming miu mo mou mu na nai
    nan nang nao ne nei nen neng ni nian niang niao nie nin ning niu nong nou nu nuan nun
    nuo nv nve o ou pa pai pan pang pao pei pen peng pi pian piao pie pin ping po pou pu qi
    qia qian qiang qiao qie qin qing qiong qiu qu quan que qun ran rang rao re ren reng ri
    rong rou ru rua ruan rui run ruo sa sai san sang sao se sen seng sha shai shan shang
    shao she shen sheng shi shou shu shua shuai shuan shuang shui shun shuo si song sou su
    suan sui sun suo ta tai tan tang tao te teng ti tian tiao tie ting tong tou tu tuan tui
    tun tuo wa wai wan wang wei wen weng wo wu xi xia xian xiang xiao xie xin xing xiong xiu
    xu xuan xue xun ya yan yang yao ye yi yin ying yo yong you yu yuan yue yun za zai zan
    zang zao ze zei zen zeng zha zhai zhan zhang zhao zhe zhen zheng zhi zhong zhou zhu zhua
    zhuai zhuan zhuang zhui zhun zhuo zi zong zou zu zuan zui zun zuo
    """.split()  # noqa: SIM905 - four hundred quotes would not read better
)


def is_chinese(character: str) -> bool:
    """True for a Chinese character, the rare ones of the supplementary planes too."""
    return "㐀" <= character <= "鿿" or "豈" <= character <= "﫿" or character >= "𠀀"


@lru_cache(maxsize=65536)
def _character(character: str) -> str:
    """Syllable of one character, lower case; other characters stay if letter or digit."""
    if not is_chinese(character):
        return character.lower() if character.isascii() and character.isalnum() else ""
    return _plain(lazy_pinyin(character)[0])


def _given(character: str) -> str:
    return GIVEN.get(character) or _character(character)


def _plain(syllable: str) -> str:
    return "".join(c for c in syllable.lower().replace("ü", "v") if c.isascii() and c.isalnum())


def syllables(name: str, *, is_person: bool) -> tuple[str, ...]:
    """One syllable for each character of a name, the surname read as a surname.

    A body's name goes through the dictionary of phrases (重庆 is chong qing); a person's given
    name is read character by character.
    """
    if is_person:
        double = DOUBLE_SURNAMES.get(name[:2])
        if double is not None and len(name) > 2:
            return (*double, *(_given(c) for c in name[2:]))
        return (
            SURNAMES.get(name[:1], _character(name[:1])),
            *(_given(c) for c in name[1:]),
        )
    return phrase_syllables(name)


def _one_by_one(run: str) -> list[str]:
    return list(run)


def phrase_syllables(text: str) -> tuple[str, ...]:
    """Syllables by the dictionary of phrases; runs of letters and digits come one by one."""
    spelled: list[str] = []
    # A list from ``errors`` is documented and works; the stub knows of texts alone.
    for part in lazy_pinyin(text, errors=_one_by_one):  # type: ignore[arg-type]
        spelled.append(_plain(part))
    return tuple(spelled)


def sort_key(name: str, *, is_person: bool) -> str:
    """Full pinyin with a blank between syllables, for sorting; at most 240 characters."""
    return " ".join(s for s in syllables(name, is_person=is_person) if s)[:240]


def spell_all(names: Iterable[str], *, is_person: bool) -> dict[str, tuple[str, ...]]:
    """Syllables of many names, each distinct name once."""
    return {name: syllables(name, is_person=is_person) for name in set(names)}
