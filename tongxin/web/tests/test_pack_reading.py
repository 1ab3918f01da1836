"""读入：坏文件是错误，不是异常。 Reading: a bad file is a fault with its line, never an exception."""

import os
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongxin.web.pack import Fault, check_pack, examine_pack, files, read_pack
from tongxin.web.tests.tiny_pack import GRIDS, ON, REF, VERBS, faults_of, features, tiny_files, write_pack

PLACES, MATTERS, GRIDS_FILE = "places/places.csv", "lists/matters.csv", "places/grids.geojson"
NEEDED = sorted(set(tiny_files()) - {"lists/routing.csv", "lists/past.csv", "calendar/2026.csv"})


def test_fault_reads_as_file_line_and_reason_in_both_languages():
    fault = Fault(
        "places/places.csv", 17, "unknown_parent", "未知的上级“3716029”", "unknown parent '3716029'"
    )
    assert str(fault) == "places/places.csv:17: unknown parent '3716029' / 未知的上级“3716029”"
    assert str(Fault("a", 1, "b", "一\n二", "x" * 999)).count("\n") == 0


@pytest.mark.parametrize("file", NEEDED)
def test_missing_file_is_a_fault_and_causes_no_other(tmp_path, file):
    pack = tiny_files()
    del pack[file]
    where = ("law/manifest.csv", 2 + [*pack_law()].index(file)) if file in pack_law() else (file, 0)
    assert faults_of(tmp_path, pack) == [(*where, "file_missing")]


def pack_law():
    return [file for file in tiny_files() if file.startswith("law/") and file.endswith(".md")]


def test_folder_that_is_not_there_is_a_fault(tmp_path):
    pack, faults = read_pack(tmp_path / "none")
    assert pack is None
    assert [fault.code for fault in faults] == ["no_folder"]


HEADERS = {
    "unknown column": ("valid_to", "valid_to,colour", "unknown_column"),
    "missing column": (",valid_to", "", "missing_column"),
    "column twice": ("valid_to", "valid_to,valid_to", "column_twice"),
}


@pytest.mark.parametrize(("old", "new", "code"), HEADERS.values(), ids=HEADERS)
def test_wrong_header_is_one_fault(tmp_path, old, new, code):
    pack = tiny_files()
    pack[PLACES] = pack[PLACES].replace(old, new, 1)
    assert faults_of(tmp_path, pack) == [(PLACES, 1, code)]


def test_file_without_a_line_has_no_columns(tmp_path):
    seen = faults_of(tmp_path, tiny_files() | {"lists/routing.csv": ""})
    assert {code for _, _, code in seen} == {"missing_column"}


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("s,k3,community,三\n", 9, "cell_count"),
        ("s,k3,community,,,s2,2020-01-01,\n", 9, "empty"),
        ("s,k3,community,三,,s2,,\n", 9, "bad_date"),
        ("s,k3,community,三,,s2,20200101,\n", 9, "bad_date"),
        ('s,k3,community,"三"x,,s2,2020-01-01,\n', 9, "bad_csv"),
        ('s,k3,community,"三\n', 9, "bad_csv"),
        ("s,k3,community,三\u202e,,s2,2020-01-01,\n", 9, "control_character"),
        ("s,k3,community,三\x00,,s2,2020-01-01,\n", 9, "control_character"),
        ("s,k3,community,三,,s2,2020-01-01,\r\n", 9, "line_end"),
    ],
)
def test_bad_row_is_seen_on_its_line(tmp_path, text, line, code):
    pack = tiny_files()
    pack[PLACES] += text
    assert faults_of(tmp_path, pack) == [(PLACES, line, code)]


def test_lines_are_counted_over_cells_of_several_lines(tmp_path):
    pack = tiny_files()
    pack[MATTERS] += f'm3,matter,道路,,坑,,"有\n坑",已补,roads,,{REF},precise,,\n'
    pack[MATTERS] += f"m1,matter,道路,,坑,,有,无,roads,,{REF},precise,,\n"
    assert faults_of(tmp_path, pack) == [(MATTERS, 7, "duplicate")]


@pytest.mark.parametrize(
    "file", ["city.toml", PLACES, GRIDS_FILE, "law/local-regulation/rules@2015-01-01.md"]
)
def test_text_that_is_not_utf8_is_a_fault_with_its_line(tmp_path, file):
    write_pack(tmp_path, tiny_files())
    text = (tmp_path / file).read_bytes()
    (tmp_path / file).write_bytes(text + b"\xca\xd0")  # 市 in GB 18030
    _, faults = examine_pack(tmp_path, verbs=VERBS, on=ON)
    assert [(fault.file, fault.line, fault.code) for fault in faults] == [
        (file, text.count(b"\n") + 1, "not_utf8")
    ]


def test_broken_toml_is_seen_on_its_line(tmp_path):
    pack = tiny_files()
    pack["city.toml"] = pack["city.toml"].replace('root = "c"', 'root = "c')
    assert faults_of(tmp_path, pack) == [("city.toml", 3, "bad_toml")]


@pytest.mark.parametrize(
    ("old", "new", "line", "code"),
    [
        ("\n]}", "\n]}]", 5, "bad_json"),
        ("117.05", "NaN", 1, "bad_json"),
        ('"g2"', '"g2', 3, "bad_json"),
        ("\n]}", ",\n]}", 5, "bad_json"),
        ('"notice":"示意",', "", 1, "no_notice"),
        ('"FeatureCollection"', '"Collection"', 1, "not_features"),
        ('{"type":"FeatureCollection"', '{"features":[],"type":"FeatureCollection"', 1, "bad_json"),
    ],
)
def test_broken_geojson_is_seen_on_its_line(tmp_path, old, new, line, code):
    pack = tiny_files()
    assert old in pack[GRIDS_FILE]
    pack[GRIDS_FILE] = pack[GRIDS_FILE].replace(old, new, 1)
    assert faults_of(tmp_path, pack) == [(GRIDS_FILE, line, code)]


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"features":[', '{"type":'])
def test_deeply_nested_json_is_a_fault(tmp_path, opening):
    seen = faults_of(tmp_path, tiny_files() | {GRIDS_FILE: '{"x":' + opening * 100_000})
    assert [code for _, _, code in seen] == ["bad_json"]


def test_deeply_nested_toml_is_a_fault(tmp_path):
    seen = faults_of(tmp_path, tiny_files() | {"replay.toml": "x = " + "[" * 100_000})
    assert [(file, code) for file, _, code in seen] == [("replay.toml", "bad_toml")]


def test_file_above_the_bound_is_a_fault(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "FILE_MAX_BYTES", 4000)
    seen = faults_of(tmp_path, tiny_files() | {"lists/routing.csv": "x" * 4001})
    assert seen == [("lists/routing.csv", 0, "file_too_large")]


def test_misspelt_file_is_not_passed_over(tmp_path):
    pack = tiny_files()
    pack["lists/routting.csv"] = pack.pop("lists/routing.csv")
    assert faults_of(tmp_path, pack) == [("lists/routting.csv", 0, "unknown_file")]


def test_text_that_the_manifest_does_not_name_is_a_fault(tmp_path):
    pack = tiny_files() | {"law/local-regulation/new@2026-01-01.md": "# 新\n"}
    assert faults_of(tmp_path, pack) == [("law/local-regulation/new@2026-01-01.md", 0, "text_not_listed")]


def test_link_out_of_the_pack_is_not_followed(tmp_path):
    outside = tmp_path / "outside.csv"
    outside.write_text("secret")
    root = write_pack(tmp_path / "pack", tiny_files())
    (root / PLACES).unlink()
    (root / PLACES).symlink_to(outside)
    _, faults = examine_pack(root, verbs=VERBS, on=ON)
    assert [(fault.file, fault.code) for fault in faults] == [(PLACES, "path_outside")]
    assert "secret" not in str(faults)


def test_pipe_is_not_waited_for(tmp_path):
    root = write_pack(tmp_path, tiny_files())
    (root / "lists/routing.csv").unlink()
    os.mkfifo(root / "lists/routing.csv")
    _, faults = examine_pack(root, verbs=VERBS, on=ON)
    assert [(fault.file, fault.code) for fault in faults] == [("lists/routing.csv", "not_a_file")]


def test_all_law_is_parsed_when_asked(tmp_path):
    pack, faults = read_pack(write_pack(tmp_path, tiny_files()), parse_all_law=True)
    assert faults == []
    assert pack is not None
    assert {key for key, _ in pack.texts} == {"cn/x/rules", "cn/x/later", "cn/x/undated", "cn/x/former"}


def test_row_that_cannot_be_read_does_not_make_its_dependants_faulty(tmp_path):
    pack = tiny_files()
    pack[PLACES] = pack[PLACES].replace(
        "s,s1,street,东街,East Street,d1,2020-01-01", "s,s1,street,东街,,d1,soon"
    )
    assert faults_of(tmp_path, pack) == [(PLACES, 5, "bad_date")]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), file=st.sampled_from(sorted(tiny_files())), rough=st.booleans())
def test_no_change_of_bytes_raises(tmp_path_factory, seed, file, rough):
    dice = random.Random(seed)  # noqa: S311
    data = bytearray(tiny_files()[file].encode())
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(data))
        if dice.random() < 0.5:
            data[at : at + dice.randint(0, 5)] = dice.choice(
                [b",", b'"', b"0", b"-1", b"[", b"}", b"\n", b"1e9", b";"]
            )
        elif rough:
            data[at] = dice.randrange(256)
        else:
            del data[at : at + dice.randint(1, 40)]
            data = data or bytearray(b"x")
    root = write_pack(tmp_path_factory.mktemp("pack"), tiny_files())
    (root / file).write_bytes(bytes(data))
    pack, faults = read_pack(root, parse_all_law=True)
    if pack is not None:
        faults = [*faults, *check_pack(pack, verbs=VERBS, on=ON)]
    assert all(str(fault).encode() and fault.line >= 0 for fault in faults)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["type", "coordinates", "code"]), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(geometry=JSON, coordinates=JSON, properties=JSON, kind=st.sampled_from(["Polygon", "MultiPolygon"]))
def test_no_geojson_raises(tmp_path_factory, geometry, coordinates, properties, kind):
    shaped = {"type": kind, "coordinates": coordinates}
    rows = [
        {"type": "Feature", "properties": properties, "geometry": geometry},
        GRIDS[0] | {"geometry": shaped},
        GRIDS[1] | {"geometry": geometry},
    ]
    root = write_pack(tmp_path_factory.mktemp("pack"), tiny_files() | {GRIDS_FILE: features(*rows)})
    pack, faults = examine_pack(root, verbs=VERBS, on=ON)
    assert pack is None
    assert all(str(fault).encode() for fault in faults)
