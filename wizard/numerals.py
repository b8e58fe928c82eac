"""Numbers as people in China type them, and as addresses hold them."""

import re
import unicodedata
from decimal import Decimal

LONGEST = 40
_TYPED = re.compile(r"[¥$]?(?P<digits>\d{1,3}(?:,\d{3})+|\d+)(?P<fraction>\.\d+)?(?P<scale>万|w)?")


def read_number(typed: str, unit: str = "") -> Decimal:
    """The number somebody typed: "５０，０００", "5万", "1.5 万元", "¥50000", "23.9%".

    `unit` may follow the number. Raises ValueError for anything else, negative
    numbers and more than `LONGEST` characters included.
    """
    if len(typed) > LONGEST:
        raise ValueError("too long")
    # NFKC turns full-width digits, signs and spaces into their ASCII forms.
    text = "".join(unicodedata.normalize("NFKC", typed).lower().split())
    suffix = "".join(unicodedata.normalize("NFKC", unit).lower().split())
    for ending in (suffix, "元", "块", "%"):
        if ending and text.endswith(ending):
            text = text.removesuffix(ending)
            break
    match = _TYPED.fullmatch(text)
    if match is None or not text.isprintable():
        raise ValueError("not a number")
    value = Decimal(match["digits"].replace(",", "") + (match["fraction"] or ""))
    return value * 10_000 if match["scale"] else value


def write_number(value: Decimal) -> str:
    """The one way an address writes a number: "50000", "7.2"."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def group_digits(value: Decimal) -> str:
    """For reading: "50,000", "7.2"."""
    whole, _, fraction = write_number(value).partition(".")
    return f"{int(whole):,}" + (f".{fraction}" if fraction else "")
