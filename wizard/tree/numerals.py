"""Numbers as people in China type them, and as addresses hold them."""

import re
from decimal import Decimal

import cn2an

LONGEST = 40
_TYPED = re.compile(
    r"[¥$]?(?P<digits>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?P<fraction>\.[0-9]+)?(?P<scale>万|w)?"
)
_CHINESE = re.compile("[0-9零〇一二三四五六七八九十百千万亿两壹贰叁肆伍陆柒捌玖拾佰仟]+")
_FULL_WIDTH: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FULL_WIDTH[0xFFE5] = "¥"
"""Full-width digits, letters and signs, as Chinese keyboards give them, to ASCII."""

_MONEY = ("元", "yuan")


def read_number(typed: str, unit: str = "") -> Decimal:
    """The number somebody typed: "５０，０００", "5万", "1万2", "三千五", "¥50000", "23.9%".

    `unit` may follow the number. Raises ValueError for anything else, negative
    numbers and numbers of more than `LONGEST` characters included.
    """
    if len(typed) > LONGEST:
        raise ValueError("too long")
    text = _plain(typed)
    for ending in (*_MONEY, "块") if unit in _MONEY else (_plain(unit),):
        text = text.removesuffix(ending)
    if match := _TYPED.fullmatch(text):
        value = Decimal(match["digits"].replace(",", "") + (match["fraction"] or ""))
        value = value * 10_000 if match["scale"] else value
    elif _CHINESE.fullmatch(text):
        value = _read_chinese(text)
    else:
        raise ValueError("not a number")
    if len(write_number(value)) > LONGEST:
        raise ValueError("too long")
    return value


def _read_chinese(text: str) -> Decimal:
    try:
        return Decimal(str(cn2an.cn2an(text, "smart")))
    except ValueError:
        raise ValueError("not a number") from None


def _plain(typed: str) -> str:
    """Half-width, lower case, without any space."""
    return "".join(typed.translate(_FULL_WIDTH).lower().split())


def write_number(value: Decimal) -> str:
    """The one way an address writes a number: "50000", "7.2"."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def group_digits(value: Decimal) -> str:
    """For reading: "50,000", "7.2"."""
    whole, _, fraction = write_number(value).partition(".")
    return f"{int(whole):,}" + (f".{fraction}" if fraction else "")
