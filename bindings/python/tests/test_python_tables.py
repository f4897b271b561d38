"""Tables: of Python's values, through Arrow both ways, and back."""
import array
import datetime
import decimal
import fractions
import gc
import math
import re
import sys
import weakref
from collections import namedtuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import triax

DAY = datetime.date(2026, 11, 21)
UTC = datetime.timezone.utc
ROWS = [
    {"key": "A", "arr": 1.5, "seats": 3, "vip": True, "on": DAY, "at": datetime.datetime(2026, 11, 21, 12, 30, 0, 5, UTC), "tags": ["x", "y"]},
    {"key": "B", "arr": None, "seats": None, "vip": None, "on": None, "at": None, "tags": None},
    {"key": "ß", "arr": -2.0, "seats": 2, "vip": False, "on": datetime.date(1969, 12, 31), "at": datetime.datetime(1, 1, 1, tzinfo=UTC), "tags": []},
]
TYPES = {"key": "string", "arr": "number", "seats": "number", "vip": "boolean", "on": "date", "at": "timestamp", "tags": "strings"}


def test_rows_and_columns():
    table = triax.Table(ROWS)
    assert (len(table), table.types) == (3, TYPES)
    assert list(table) == ROWS
    assert [table[i] for i in range(3)] == ROWS, "one value at a time says the same as whole columns"
    assert (table[-1], table[1:], table[::-1]) == (ROWS[2], ROWS[1:], ROWS[::-1])
    assert table.to_dict() == {name: [row[name] for row in ROWS] for name in TYPES}
    assert triax.Table(table.to_dict()).to_list() == ROWS
    assert triax.Table(table).to_list() == ROWS and triax.Table(table).types == TYPES
    assert [table.missing(name) for name in table.columns] == [0, 1, 1, 1, 1, 1, 1]
    assert [tuple(row) for row in table.rows()] == [tuple(row.values()) for row in ROWS]


def test_what_is_not_there():
    table = triax.Table(ROWS)
    for key in (3, -4):
        with pytest.raises(IndexError):
            table[key]
    with pytest.raises(triax.NotFound, match="no column 'arrr'; there are key, arr"):
        table["arrr"]
    with pytest.raises(TypeError, match="'key' is a string"):
        table.numbers("key")
    assert next(triax.Table({"a.b": [1], "c": [2]}).rows())._fields == ("_0", "c")


def test_numbers_of_every_kind():
    Point = namedtuple("Point", "x y")
    assert triax.Table([Point(1, decimal.Decimal("0.1")), Point(fractions.Fraction(1, 4), 2)]).to_dict() == {"x": [1, 0.25], "y": [0.1, 2]}
    assert triax.Table({"x": array.array("d", [1, 2])})["x"] == [1, 2]
    assert triax.Table({"x": [1.0, math.nan, decimal.Decimal("NaN")]})["x"] == [1, None, None]
    whole = triax.Table({"x": [2**53 + 1, 1, None, -(2**63)]})
    assert (whole.types["x"], whole["x"], whole[0]["x"]) == ("integer", [2**53 + 1, 1, None, -(2**63)], 2**53 + 1)
    assert triax.Table({"x": [2**53 + 2, 0.5]}).types["x"] == "number"
    assert triax.Table({"x": [2**63 - 1, -(2**63)]})["x"] == [2**63 - 1, -(2**63)]
    with pytest.raises(ValueError, match="column 'x', row 1: 9223372036854775808 is beyond 64 bits"):
        triax.Table({"x": [1, 2**63]})


def test_times_are_utc():
    zone = datetime.timezone(datetime.timedelta(hours=2))
    table = triax.Table({"at": [datetime.datetime(2026, 1, 1), datetime.datetime(2026, 1, 1, 2, tzinfo=zone)]})
    assert table["at"] == [datetime.datetime(2026, 1, 1, tzinfo=UTC)] * 2
    assert table["at"][0] == table[0]["at"]


@pytest.mark.parametrize("data, fault, words", [
    ([{"a": 1}, {"a": "x"}], TypeError, "column 'a': row 0 is a number, row 1 a string"),
    ({"a": [None, object()]}, TypeError, "column 'a', row 1: a object"),
    ({"a": [["x", 1]]}, TypeError, "column 'a', row 0: lists hold strings"),
    ({1: [1]}, TypeError, "names of columns are strings, not 1"),
    ([{"a": 1}, 5], TypeError, "row 1 is a int, not a dict"),
    (5, TypeError, "a int is no table"),
    ("text", TypeError, "a str is no table"),
    ({"a": [1], "b": [1, 2]}, triax.InvalidArgument, ""),
    ({"": [1]}, triax.Error, "name"),
    ({"a": ["x\0y"]}, triax.Error, ""),
    ({"a": ["x", "\ud800"]}, ValueError, "column 'a', row 1: no UTF-8 can hold"),
    ({"a": "text"}, TypeError, "column 'a' is a str, not values in a row"),
    ({"a": b"text"}, TypeError, "column 'a' is a bytes, not values in a row"),
    ({"a": 5}, TypeError, "column 'a' is a int, not values in a row"),
    ({"a": None}, TypeError, "column 'a' is a NoneType, not values in a row"),
])
def test_what_is_no_table(data, fault, words):
    with pytest.raises(fault) as caught:
        triax.Table(data)
    assert words in str(caught.value)


def test_rows_may_lack_values():
    assert triax.Table([{"a": 1}, {"b": "x"}, {}]).to_dict() == {"a": [1, None, None], "b": [None, "x", None]}
    assert triax.Table([]).to_dict() == {} and len(triax.Table([])) == 0
    assert triax.Table({"a": []}).to_dict() == {"a": []}
    assert triax.Table({"a": [None, None]}).to_dict() == {"a": [None, None]}


def test_shown_within_80_columns():
    wide = triax.Table({f"column_{i}": ["a long text that goes on and on"] * 40 for i in range(30)})
    lines = repr(wide).splitlines()
    assert max(map(len, lines)) <= 80 and len(lines) == 12
    assert lines[0] == "triax.Table of 40 rows and 30 columns"
    assert repr(triax.Table({"a": [1.0, None]})) == "triax.Table of 2 rows and 1 column\na\n1\n"
    assert repr(triax.Table({})) == "triax.Table of 0 rows and 0 columns\n"


def test_numbers_without_a_copy():
    table = triax.Table({"a": [1.0, None, 3.0]})
    numbers, alive = table.numbers("a"), weakref.ref(table)
    assert numbers.readonly and numbers[0] == 1 and math.isnan(numbers[1])
    del table
    gc.collect()
    assert alive() is not None and numbers[2] == 3, "the view keeps its table"
    del numbers
    gc.collect()
    assert alive() is None


def test_csv(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text('\ufeffid,arr,note\r\nA,"1,5","two\nlines"\r\n\r\nB,,\r\n', encoding="utf-8")
    table = triax.read_csv(path)
    assert table.types == {"id": "text", "arr": "text", "note": "text"} == triax.Table(table).types
    assert table.to_list() == [{"id": "A", "arr": "1,5", "note": "two\nlines"}, {"id": "B", "arr": None, "note": None}]
    for text, words in (("a,b\n1\n", ":2: 1 fields, but the header has 2"), ("", "the file is empty"), ("a,a\n", "two columns are named 'a'")):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=words):
            triax.read_csv(path)
    path.write_text('a\n"x', encoding="utf-8")
    with pytest.raises(ValueError):
        triax.read_csv(path)


# Arrow

values = {
    "string": st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    "number": st.floats(allow_nan=False) | st.integers(-(2**53), 2**53),
    "boolean": st.booleans(),
    "date": st.dates(),
    "timestamp": st.datetimes(timezones=st.just(UTC)),
    "strings": st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), unique=True, max_size=4),
}


@st.composite
def tables(draw):
    count = draw(st.integers(0, 20))
    names = draw(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1), unique=True, max_size=5))
    column = lambda kind: st.lists(st.none() | values[kind], min_size=count, max_size=count)
    return {name: draw(column(draw(st.sampled_from(sorted(values))))) for name in names}


@settings(max_examples=150, deadline=None)
@given(tables())
def test_round_trip(columns):
    table = triax.Table(columns)
    assert table.to_dict() == columns
    assert [table[i] for i in range(len(table))] == table.to_list()
    through_stream = triax.Table(Only(table, "__arrow_c_stream__"))
    through_array = triax.Table(Only(table, "__arrow_c_array__"))
    assert through_stream.to_dict() == columns == through_array.to_dict()


class Only:
    """Something that offers one kind of capsule and nothing else."""

    def __init__(self, table, name):
        setattr(type(self), name, None)
        self.__class__ = type("Only", (), {name: lambda self: getattr(table, name)()})


@settings(max_examples=50, deadline=None)
@given(tables())
def test_round_trip_through_pyarrow(columns):
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table(triax.Table(columns))
    assert triax.Table(table).to_dict() == columns
    assert {name: table[name].to_pylist() for name in table.column_names} == columns


def peer(name, make):
    return pytest.param(name, make, id=name)


PEERS = [
    peer("polars", lambda module, rows: module.DataFrame(rows, strict=False)),
    peer("pyarrow", lambda module, rows: module.Table.from_pylist(rows)),
    peer("pandas", lambda module, rows: module.DataFrame(rows)),
    peer("duckdb", lambda module, rows: module.from_arrow(pytest.importorskip("pyarrow").Table.from_pylist(rows))),
    peer("nanoarrow", lambda module, rows: module.ArrayStream(pytest.importorskip("pyarrow").Table.from_pylist(rows))),
]


@pytest.mark.parametrize("name, make", PEERS)
def test_taken_of_and_given_to(name, make):
    module = pytest.importorskip(name)
    rows = [{"key": "A", "arr": 1.5, "vip": True, "on": DAY}, {"key": "B", "arr": None, "vip": None, "on": None}]
    table = triax.Table(make(module, rows))
    assert [(row["key"], row["arr"], row["vip"]) for row in table] == [("A", 1.5, True), ("B", None, None)]
    assert table["on"][0] in (DAY, datetime.datetime(2026, 11, 21, tzinfo=UTC)) and table["on"][1] is None


@pytest.mark.parametrize("name", ["pyarrow", "polars", "pandas", "duckdb", "nanoarrow", "triax"])
def test_taken_without_a_copy(name):
    """One batch of doubles without missing values lies as our columns do: it is moved, and lives as long as it is needed."""
    numpy, pyarrow = pytest.importorskip("numpy"), pytest.importorskip("pyarrow")
    module = pytest.importorskip(name)
    values = numpy.arange(5000, dtype="float64")
    theirs = {"pyarrow": lambda: pyarrow.table({"a": values, "s": ["x"] * 5000}), "polars": lambda: module.DataFrame({"a": values, "s": ["x"] * 5000}),
              "pandas": lambda: module.DataFrame({"a": values, "s": ["x"] * 5000}), "duckdb": lambda: module.sql("SELECT range::DOUBLE AS a, 'x' AS s FROM range(1500)"),
              "nanoarrow": lambda: module.ArrayStream(pyarrow.table({"a": values, "s": ["x"] * 5000})),
              "triax": lambda: module.Table({"a": values, "s": ["x"] * 5000})}[name]()
    where = {"pyarrow": lambda: theirs["a"].chunk(0).buffers()[1].address, "polars": lambda: theirs["a"].to_numpy(allow_copy=False).ctypes.data,
             "triax": lambda: numpy.asarray(theirs.numbers("a")).ctypes.data}.get(name, lambda: None)()
    capsules = Only(theirs, "__arrow_c_stream__") if name == "triax" else theirs
    table = triax.Table(capsules)
    ours = numpy.asarray(table.numbers("a"))
    assert where in (None, ours.ctypes.data)
    expected = values[: len(table)].tolist()
    del theirs, capsules, values
    gc.collect()
    assert ours.tolist() == expected == triax.Customers({"id": [str(i) for i in range(len(table))], "a": ours}).table["a"]
    further = triax.Table(Only(table, "__arrow_c_array__"))
    del table, ours
    gc.collect()
    assert further["a"] == expected and set(further["s"]) == {"x"}


def test_given_to_polars():
    polars = pytest.importorskip("polars")
    assert polars.DataFrame(triax.Table(ROWS[:2])).to_dicts() == ROWS[:2]


def test_given_to_pandas():
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = pandas.DataFrame.from_arrow(triax.Table(ROWS))
    assert list(frame.columns) == list(TYPES) and frame["key"].tolist() == ["A", "B", "ß"]


def test_given_to_duckdb():
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    ours = triax.Table(ROWS)  # found by its name in the query
    assert duckdb.sql("SELECT key, arr FROM ours ORDER BY key").fetchall() == [("A", 1.5), ("B", None), ("ß", -2.0)]
    assert len(ours) == 3


def test_given_to_nanoarrow():
    nanoarrow = pytest.importorskip("nanoarrow")
    assert nanoarrow.Array(triax.Table({"arr": [1.5, None]})).to_pylist() == [{"arr": 1.5}, {"arr": None}]


def test_pandas_without_pyarrow(monkeypatch):
    pandas = pytest.importorskip("pandas")

    class Frame(pandas.DataFrame):
        def __arrow_c_stream__(self, requested_schema=None):
            raise ImportError("pyarrow is missing")

    frame = Frame({"key": ["A", None], "arr": [1.5, float("nan")], "n": [1, 2], "at": pandas.to_datetime(["2026-01-01", None])})
    assert triax.Table(frame).to_list() == [
        {"key": "A", "arr": 1.5, "n": 1, "at": datetime.datetime(2026, 1, 1, tzinfo=UTC)},
        {"key": None, "arr": None, "n": 2, "at": None}]
    frame["flag"] = pandas.array([True, pandas.NA], dtype="boolean")
    assert triax.Table(frame)["flag"] == [True, None]


def test_numpy_columns():
    numpy = pytest.importorskip("numpy")
    table = triax.Table({"a": numpy.array([1.0, numpy.nan]), "b": numpy.array([1, 2], dtype="int16"), "c": numpy.array([True, False]),
                         "d": numpy.array(["x", "y"]), "e": numpy.array([1.0, 2.0, 3.0, 4.0])[::2], "f": [numpy.float32(0.5), numpy.int64(2)]})
    assert table.to_list() == [{"a": 1, "b": 1, "c": True, "d": "x", "e": 1, "f": 0.5}, {"a": None, "b": 2, "c": False, "d": "y", "e": 3, "f": 2}]
    assert triax.Table({"a": numpy.array([])})["a"] == []
    assert numpy.asarray(table.numbers("e")).tolist() == [1, 3]


def test_numpy_masks_and_dates():
    """Masks were passed over, and dates were an error that named no column."""
    numpy = pytest.importorskip("numpy")
    masked = triax.Table({"a": numpy.ma.array([1.5, 2.5], mask=[0, 1]), "b": numpy.ma.array([1, 2], mask=[1, 0]),
                          "c": numpy.ma.array(["x", "y"], mask=[0, 1])})
    assert masked.to_dict() == {"a": [1.5, None], "b": [None, 2], "c": ["x", None]}
    days = triax.Table({"day": numpy.array(["2026-11-21", "NaT"], dtype="datetime64[D]"), "month": numpy.array(["2026-11", "1969-12"], dtype="datetime64[M]")})
    assert days.types == {"day": "date", "month": "date"}
    assert days.to_dict() == {"day": [DAY, None], "month": [datetime.date(2026, 11, 1), datetime.date(1969, 12, 1)]}
    for unit in "s", "ms", "us", "ns":
        times = triax.Table({"at": numpy.array(["2026-11-21T12:30:05", "NaT"], dtype=f"datetime64[{unit}]")})
        assert times.to_dict() == {"at": [datetime.datetime(2026, 11, 21, 12, 30, 5, tzinfo=UTC), None]}


def test_frames_without_arrow():
    """As pandas before 2.2: columns by name, and no capsules."""
    class Frame:
        columns = ["id", "arr"]

        def __getitem__(self, name):
            return {"id": ["A", "B"], "arr": [1.5, None]}[name]

        def __iter__(self):
            return iter(self.columns)

    assert triax.Table(Frame()).to_dict() == {"id": ["A", "B"], "arr": [1.5, None]}


def test_a_producer_that_fails():
    class Bad:
        def __arrow_c_stream__(self, requested_schema=None):
            raise RuntimeError("no more")

    class Odd:
        def __arrow_c_stream__(self, requested_schema=None):
            return object()

    with pytest.raises(RuntimeError, match="no more"):
        triax.Table(Bad())
    with pytest.raises(ValueError):
        triax.Table(Odd())


def test_a_stream_is_taken_once():
    pyarrow = pytest.importorskip("pyarrow")
    capsule = triax.Table(ROWS).__arrow_c_stream__()
    assert pyarrow.RecordBatchReader._import_from_c_capsule(capsule).read_all().num_rows == 3
    with pytest.raises(Exception):
        pyarrow.RecordBatchReader._import_from_c_capsule(capsule)


def test_types_of_arrow_that_are_not_taken():
    pyarrow = pytest.importorskip("pyarrow")
    odd = {"m": pyarrow.array([{"a": 1}])}
    assert triax.Table(pyarrow.table({"id": ["A"], **odd})).columns == ["id"]

    why = re.escape("it holds structs (Arrow format '+s'), which are not taken; convert the column")
    all_of_them = {"segmentation": {"segments": [{"name": "all"}]}}
    books = {"allocation": {"owner": "id", "pools": [{"name": "all"}], "capacity": {"accounts": {"all": 1}}}}
    over_pairs = {"allocation": {**books["allocation"], "eligible": "csm.m == customer.id"}}
    owner = {"allocation": {**books["allocation"], "owner": "m"}}

    def plan(policy, customers=None, team=None):
        customers = pyarrow.table({"id": ["A"], **(customers or {})})
        team = None if team is None else pyarrow.table({"id": ["C"], **team})
        return triax.Policy.from_dict({"triax": 1, **all_of_them, **policy}).plan(customers, team)

    assert plan({}, odd).customers["segment"] == ["all"]
    assert plan(books, odd, odd).customers["csm"] == ["C"]
    for case in [
        ({"segmentation": {"segments": [{"name": "all", "when": "m > 1"}]}}, odd),
        ({"segmentation": {"previous": "m", "segments": [{"name": "all"}]}}, odd),
        ({"customers": {"columns": {"seats": {"type": "number", "from": "m"}}}}, odd),
        ({"customers": {"key": "m"}}, odd),
        (owner, odd, {}),
        (over_pairs, {}, odd),
        ({}, {"arr": odd["m"]}),
        (books, {}, {"role": odd["m"]}),
    ]:
        with pytest.raises(triax.Error, match=why):
            plan(*case)
    with pytest.raises(triax.Error, match=why):
        triax.evaluate("m > 1", pyarrow.table({"id": ["A"], **odd}))


def test_results_outlive_what_they_came_from():
    plan = triax.Policy.from_dict({"triax": 1, "segmentation": {"segments": [{"name": "all"}]}}).plan([{"id": "A"}])
    customers, stream = plan.customers, plan.customers.__arrow_c_stream__()
    del plan
    gc.collect()
    assert customers["segment"] == ["all"]
    del customers
    gc.collect()
    if "pyarrow" in sys.modules:
        import pyarrow
        assert pyarrow.RecordBatchReader._import_from_c_capsule(stream).read_all()["key"].to_pylist() == ["A"]
