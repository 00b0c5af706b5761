"""The derived property of every character by RFC 8264 section 8, from Python's own tables: code point, class, lower case, opaque form."""
import unicodedata

VALID = {0xDF, 0x3C2, 0x6FD, 0x6FE, 0xF0B, 0x3007}
CONTEXT = {0xB7, 0x375, 0x5F3, 0x5F4, 0x30FB, *range(0x660, 0x66A), *range(0x6F0, 0x6FA), 0x200C, 0x200D}
DISALLOWED = {0x640, 0x7FA, 0x302E, 0x302F, 0x3031, 0x3032, 0x3033, 0x3034, 0x3035, 0x303B}
JAMO = [(0x1100, 0x11FF), (0xA960, 0xA97C), (0xD7B0, 0xD7FB)]
# Default_Ignorable_Code_Point, which Python does not name
IGNORABLE = [(0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164),
             (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF), (0xFDD0, 0xFDEF)]


def within(code, ranges):
    return any(first <= code <= last for first, last in ranges)


def derived(code):
    char = chr(code)
    category = unicodedata.category(char)
    if code in VALID:
        return "valid"
    if code in CONTEXT:
        return "context"
    if code in DISALLOWED:
        return "disallowed"
    if category == "Cn" and code & 0xFFFE != 0xFFFE and not within(code, IGNORABLE):
        return "unassigned"
    if 0x21 <= code <= 0x7E:
        return "valid"
    if within(code, JAMO) or within(code, IGNORABLE) or code & 0xFFFE == 0xFFFE or category == "Cc":
        return "disallowed"
    if unicodedata.normalize("NFKC", char) != char:
        return "free"
    if category in ("Ll", "Lu", "Lo", "Nd", "Lm", "Mn", "Mc"):
        return "valid"
    if category in ("Lt", "Nl", "No", "Me", "Zs") or category[0] in "SP":
        return "free"
    return "disallowed"


def show(text):
    return " ".join(f"{ord(char):X}" for char in unicodedata.normalize("NFC", text))


for code in range(0x110000):
    if not 0xD800 <= code <= 0xDFFF and (kind := derived(code)) not in ("unassigned", "context"):
        char = chr(code)
        print(f"{code:X};{kind};{show(char.lower())};{show(' ' if unicodedata.category(char) == 'Zs' else char)}")
