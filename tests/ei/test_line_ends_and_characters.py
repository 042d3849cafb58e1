"""What the standard leaves open is accepted, and noted."""

from __future__ import annotations

from tests.ei.building import found, gz321, judged

RIGHT = gz321()


def test_both_line_ends_are_accepted_and_noted() -> None:
    assert (found(RIGHT.content("\n")), judged(RIGHT).line_ends) == ([], "LF")
    with_cr = RIGHT.content("\r\n")
    assert (found(with_cr), judged(with_cr).line_ends) == ([], "CR LF")


def test_both_line_ends_in_one_file_are_a_warning() -> None:
    mixed = RIGHT.content().replace(b"\n", b"\r\n", 3)
    assert found(mixed) == [("ei.file.line_ends", None, "")]
    assert not judged(mixed).is_refused


def test_a_missing_last_line_end_is_a_warning() -> None:
    for end in ("\n", "\r\n"):
        content = RIGHT.content(end).removesuffix(end.encode())
        assert found(content) == [("ei.file.last_line_end", None, "")]
        assert not judged(content).is_refused


def test_letters_with_accents_are_accepted_and_noted() -> None:
    accented = RIGHT.with_(0, f0210="Özdemir-Çelik")
    assert found(accented) == []
    assert not judged(accented).is_ascii
    assert judged(RIGHT).is_ascii


def test_utf_8_makes_a_record_too_long() -> None:
    content = "\n".join(RIGHT.with_(0, f0210="Özdemir").lines()).encode() + b"\n"
    assert found(content)[0] == ("ei.file.record_length", 2, "")


def test_a_control_character_sets_its_record_aside() -> None:
    assert found(RIGHT.with_(0, f0210="Voor\x01beeld")) == [
        ("ei.field.control_character", 2, "0210")
    ]
    assert found(RIGHT.with_(0, f0210="Voor\x7fbeeld"))[0][0] == "ei.field.control_character"
