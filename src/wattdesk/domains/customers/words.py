"""The words of the search: what an account is found by, and what a typed text asks for.

Core PostgreSQL breaks no Chinese into words and has no trigram index without an extension, so the
words are made here and stored as the lexemes of a tsvector, each with a first letter for its kind:

``=`` whole name · ``c`` one character and ``b`` two neighboring characters of a name · ``a`` two
neighboring characters and ``d`` a number of the address · ``y`` pinyin from some syllable on ·
``z`` the first syllable · ``i`` initials from some character on · ``N P M`` the last four digits of
the account's number, of a phone, of a meter · ``u`` path of a unit above.

Whole numbers and their heads are not words here: ordinary indexes find those.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from wattdesk.domains.customers import pinyin

MOST_WORDS = 6
LONGEST_WORD = 60
LAST_DIGITS = 4
_NOISE = re.compile(r"[\s'\"\\:&|!()<>*,.;，。；：（）()“”‘’·]+")
_DIGITS = re.compile(r"\d+")
_CHINESE_RUN = re.compile(r"[^\x00-\x7f]+")


def compact(text: str) -> str:
    """A text without blanks, quotes and punctuation, letters small."""
    return _NOISE.sub("", text).lower()


def bigrams(text: str) -> list[str]:
    """Each two neighboring characters."""
    return [text[i : i + 2] for i in range(len(text) - 1)]


def name_words(name: str, spelled: Sequence[str]) -> list[str]:
    """Lexemes of a name and of its pinyin, one syllable for each character."""
    plain = compact(name)
    words = [f"={plain}", *(f"c{c}" for c in plain), *(f"b{pair}" for pair in bigrams(plain))]
    sounds = [s for s in spelled if s]
    if not sounds:
        return words
    words.append(f"z{sounds[0]}")
    last = max(len(sounds) - 1, 1)  # the last syllable alone is no word, unless it is all there is
    for start in range(last):
        words.append("y" + "".join(sounds[start:]))
        words.append("i" + "".join(s[0] for s in sounds[start:]))
    return words


def address_words(address: str) -> list[str]:
    """Lexemes of an address: pairs of Chinese characters, and its numbers."""
    plain = compact(address)
    words = [f"d{digits}" for digits in _DIGITS.findall(plain)]
    for run in _CHINESE_RUN.findall(plain):
        words.extend(f"a{pair}" for pair in bigrams(run))
    return words


def digit_words(kind: str, number: str) -> list[str]:
    """The lexeme of a number's last digits; ``kind`` is N, P or M."""
    plain = re.sub(r"[^0-9A-Za-z]", "", number).lower()
    return [f"{kind}{plain[-LAST_DIGITS:]}"] if len(plain) >= LAST_DIGITS else []


def unit_words(path: str) -> list[str]:
    """One lexeme for each unit from the root down to ``path``."""
    steps = path.rstrip("/").split("/")
    return ["u" + "/".join(steps[: i + 1]) + "/" for i in range(len(steps))]


def vector_text(words: Iterable[str]) -> str:
    """The input form of a tsvector: every lexeme quoted."""
    return " ".join(f"'{word}'" for word in words)


# --- What is asked --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """One typed word: how it may match, strongest first, each as text of a tsquery.

    ``kind`` is DIGITS, LETTERS or CHINESE; ``plain`` the compact word for marking what matched.
    ``is_number``: it may be a number of account, phone or meter, whole or in part.
    """

    kind: str
    plain: str
    tiers: tuple[str, ...]
    is_number: bool = False


def _lexeme(word: str, *, prefix: bool = False) -> str:
    return f"'{word}'" + (":*" if prefix else "")


def _all_of(lexemes: Sequence[str]) -> str:
    return "(" + " & ".join(lexemes) + ")"


def _any_of(lexemes: Sequence[str]) -> str:
    return "(" + " | ".join(lexemes) + ")"


def _last_digits(plain: str) -> str:
    return _any_of([_lexeme(kind + plain[-LAST_DIGITS:]) for kind in "NPM"])


def _ask_digits(plain: str) -> Asked:
    house = _lexeme(f"d{plain}")
    if len(plain) < LAST_DIGITS:
        return Asked("DIGITS", plain, (house,))
    return Asked("DIGITS", plain, (_last_digits(plain), house), is_number=True)


def _ask_letters(plain: str) -> Asked:
    initials = _lexeme(f"i{plain}")
    if not plain.isalpha():
        tiers = [_lexeme(f"={plain}"), _all_of([_lexeme(f"b{pair}") for pair in bigrams(plain)])]
        if len(plain) >= LAST_DIGITS:
            tiers.insert(0, _last_digits(plain))
        return Asked("LETTERS", plain, tuple(tiers), is_number=len(plain) >= LAST_DIGITS)
    if len(plain) == 1:
        return Asked("LETTERS", plain, (_lexeme(f"c{plain}"),))
    exact = _any_of([initials, _lexeme(f"y{plain}"), _lexeme(f"z{plain}"), _lexeme(f"={plain}")])
    if len(plain) == 2:
        return Asked("LETTERS", plain, (exact,))
    loose_words = [_lexeme(f"i{plain}", prefix=True)]
    if plain not in pinyin.SYLLABLES:
        # A whole syllable alone asks for the surname; as a prefix it would open every such name.
        loose_words.append(_lexeme(f"y{plain}", prefix=True))
    loose_words.append(_all_of([_lexeme(f"b{pair}") for pair in bigrams(plain)]))
    return Asked("LETTERS", plain, (exact, _any_of(loose_words)))


def _ask_chinese(plain: str) -> Asked:
    in_address = [f"d{digits}" for digits in _DIGITS.findall(plain)]
    for run in _CHINESE_RUN.findall(plain):
        in_address.extend(f"a{pair}" for pair in bigrams(run))
    tiers = [_lexeme(f"={plain}")]
    if len(plain) == 1:
        tiers.append(_lexeme(f"c{plain}"))
    else:
        tiers.append(_all_of([_lexeme(f"b{pair}") for pair in bigrams(plain)]))
    if in_address:
        tiers.append(_all_of([_lexeme(word) for word in in_address]))
    return Asked("CHINESE", plain, tuple(tiers))


def ask(text: str) -> list[Asked]:
    """The typed text as words with their tiers; empty when there is nothing to look for.

    Groups of digits with blanks between them, as numbers are printed, count as one number.
    """
    joined = re.sub(r"(?<=\d)[\s-]+(?=\d)", "", text.strip())
    asked = []
    for word in joined.split()[:MOST_WORDS]:
        plain = compact(word)[:LONGEST_WORD]
        if not plain:
            continue
        if plain.isdigit() and plain.isascii():
            asked.append(_ask_digits(plain))
        elif plain.isascii():
            plain = re.sub(r"[^0-9a-z]", "", plain)
            if plain:
                asked.append(_ask_letters(plain))
        else:
            asked.append(_ask_chinese(plain))
    return asked


def queries(asked: Sequence[Asked]) -> list[str]:
    """The tsqueries to try one after another until there are hits enough."""
    if not asked:
        return []
    if len(asked) == 1:
        return list(dict.fromkeys(asked[0].tiers))
    return [" & ".join(_any_of(word.tiers) for word in asked)]
