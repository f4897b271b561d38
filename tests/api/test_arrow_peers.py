"""Tables through Arrow with real producers and consumers: what goes in must come back equal.

Needs the shared library's path in TRIAX_LIBRARY. Peers that are not installed are skipped by name.
"""
import ctypes
import datetime as dt
import decimal
import math
import os
import random

import pytest

LIBRARY = os.environ.get("TRIAX_LIBRARY")
if not LIBRARY:
    pytest.skip("TRIAX_LIBRARY is not set", allow_module_level=True)
pa = pytest.importorskip("pyarrow")

UTC = dt.timezone.utc
TYPES = {1: "number", 2: "integer", 3: "money", 4: "boolean", 5: "string", 6: "strings", 7: "date", 8: "timestamp"}


class Error(ctypes.Structure):
    _fields_ = [("status", ctypes.c_int32), ("line", ctypes.c_int32), ("column", ctypes.c_int32),
                ("count", ctypes.c_int32), ("path", ctypes.c_char * 256), ("message", ctypes.c_char * 1024)]


class Text(ctypes.Structure):
    _fields_ = [("bytes", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class Stream(ctypes.Structure):
    _fields_ = [("get_schema", ctypes.c_void_p), ("get_next", ctypes.c_void_p), ("get_last_error", ctypes.c_void_p),
                ("release", ctypes.c_void_p), ("private_data", ctypes.c_void_p)]


class Schema(ctypes.Structure):
    _fields_ = [("texts", ctypes.c_void_p * 3), ("numbers", ctypes.c_int64 * 2), ("below", ctypes.c_void_p * 2),
                ("release", ctypes.c_void_p), ("private_data", ctypes.c_void_p)]


class Array(ctypes.Structure):
    _fields_ = [("numbers", ctypes.c_int64 * 5), ("below", ctypes.c_void_p * 3),
                ("release", ctypes.c_void_p), ("private_data", ctypes.c_void_p)]


def load_library():
    lib = ctypes.CDLL(LIBRARY)
    for name in ("triax_table_from_arrow_stream", "triax_table_from_arrow", "triax_table_to_arrow",
                 "triax_table_to_arrow_stream", "triax_context_new"):
        getattr(lib, name).restype = ctypes.c_int32
    for name in ("triax_table_rows", "triax_table_columns", "triax_table_missing"):
        getattr(lib, name).restype = ctypes.c_size_t
        getattr(lib, name).argtypes = [ctypes.c_void_p] + [ctypes.c_size_t] * (name == "triax_table_missing")
    lib.triax_table_name.restype = Text
    lib.triax_table_name.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    lib.triax_table_type.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    lib.triax_table_unref.argtypes = [ctypes.c_void_p]
    return lib


LIB = load_library()
GET_POINTER = ctypes.pythonapi.PyCapsule_GetPointer
GET_POINTER.restype = ctypes.c_void_p
GET_POINTER.argtypes = [ctypes.py_object, ctypes.c_char_p]
NEW_CAPSULE = ctypes.pythonapi.PyCapsule_New
NEW_CAPSULE.restype = ctypes.py_object
NEW_CAPSULE.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]


class Refused(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class Table:
    """A triax table that other libraries can read through __arrow_c_stream__."""

    def __init__(self, handle):
        self.handle = handle
        self.streams = []

    def __del__(self):
        LIB.triax_table_unref(self.handle)

    def __arrow_c_stream__(self, requested_schema=None):
        stream, error = Stream(), Error()
        check(LIB.triax_table_to_arrow_stream(ctypes.c_void_p(self.handle), ctypes.byref(stream),
                                              ctypes.byref(error)), error)
        self.streams.append(stream)
        return NEW_CAPSULE(ctypes.addressof(stream), b"arrow_array_stream", None)

    def to_pyarrow(self):
        return pa.RecordBatchReader.from_stream(self).read_all()

    def types(self):
        names = [LIB.triax_table_name(self.handle, i) for i in range(LIB.triax_table_columns(self.handle))]
        return {ctypes.string_at(name.bytes, name.length).decode(): TYPES[LIB.triax_table_type(self.handle, i)]
                for i, name in enumerate(names)}


def check(status, error):
    if status:
        assert error.status == status
        raise Refused(status, error.message.decode())


@pytest.fixture(scope="module")
def context():
    handle, error = ctypes.c_void_p(), Error()
    check(LIB.triax_context_new(None, ctypes.byref(handle), ctypes.byref(error)), error)
    return handle


def take(context, source):
    """The table of anything that has __arrow_c_stream__."""
    capsule = source.__arrow_c_stream__()
    stream = Stream.from_address(GET_POINTER(capsule, b"arrow_array_stream"))
    handle, error = ctypes.c_void_p(), Error()
    status = LIB.triax_table_from_arrow_stream(context, ctypes.byref(stream), ctypes.byref(handle), ctypes.byref(error))
    assert bool(stream.release) == bool(status), "moved on success, and only then"
    check(status, error)
    return Table(handle.value)


def take_batch(context, batch):
    """The table of one record batch, without a stream."""
    schema, array, handle, error = Schema(), Array(), ctypes.c_void_p(), Error()
    batch._export_to_c(ctypes.addressof(array), ctypes.addressof(schema))
    status = LIB.triax_table_from_arrow(context, ctypes.byref(schema), ctypes.byref(array), ctypes.byref(handle),
                                        ctypes.byref(error))
    assert bool(schema.release) == bool(array.release) == bool(status)
    if status:
        pa.RecordBatch._import_from_c(ctypes.addressof(array), ctypes.addressof(schema))
    check(status, error)
    return Table(handle.value)


def give_batch(table):
    schema, array, error = Schema(), Array(), Error()
    check(LIB.triax_table_to_arrow(ctypes.c_void_p(table.handle), ctypes.byref(schema), ctypes.byref(array),
                                   ctypes.byref(error)), error)
    return pa.RecordBatch._import_from_c(ctypes.addressof(array), ctypes.addressof(schema))


def plain(value):
    """A value as triax is to give it back."""
    if value is None or isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, (int, float, decimal.Decimal)):
        return float(value)
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, list):
        return list(dict.fromkeys(item for item in value if item is not None))
    return value


def assert_same(table, expected):
    """expected: column to Python values."""
    back = table.to_pyarrow()
    back.validate(full=True)
    assert back.column_names == list(expected)
    for name, values in expected.items():
        assert back[name].to_pylist() == [plain(value) for value in values], name
    batch = give_batch(table)
    batch.validate(full=True)
    assert batch.to_pydict() == back.to_pydict()


NUMBERS = [0, 1, None, 100, 127]
TIMES = [dt.datetime(2026, 11, 21, 10, 0, 0, 123456), None, dt.datetime(1969, 12, 31, 23, 59, 59, 999999),
         dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59, 999999)]
DATES = [dt.date(2026, 11, 21), None, dt.date(1969, 12, 31), dt.date(1, 1, 1), dt.date(9999, 12, 31)]
TEXTS = ["", "a", None, "exactly 12 b", "a text of more than twelve bytes \u00e4\U0001f600"]
LISTS = [["a", "b"], [], None, ["a", None, "a"], ["a text of more than twelve bytes"]]

COLUMNS = [
    *[(str(t), pa.array(NUMBERS, t), "number", NUMBERS) for t in (
        pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.uint32(), pa.int64(), pa.uint64(),
        pa.float32(), pa.float64())],
    ("half", pa.array([0.5, None, -2.0, 65504.0, 5.960464477539063e-08], pa.float16()), "number",
     [0.5, None, -2.0, 65504.0, 5.960464477539063e-08]),
    ("nan", pa.array([float("nan"), None, float("inf"), -0.0, 1e308], pa.float64()), "number",
     [None, None, float("inf"), -0.0, 1e308]),
    *[(str(t), pa.array([decimal.Decimal(s) if s else None for s in ("0.10", "-1.25", "", "12345.67", "-0.01")], t),
       "number", [0.10, -1.25, None, 12345.67, -0.01]) for t in (
        pa.decimal32(7, 2), pa.decimal64(15, 2), pa.decimal128(38, 2), pa.decimal256(60, 2))],
    ("decimal long", pa.array([decimal.Decimal("12345678901234567890.12345678901234567"), None,
                               decimal.Decimal("-0.00000000000000001"), decimal.Decimal("99999999999999999999"),
                               decimal.Decimal(0)], pa.decimal128(38, 17)), "number",
     [12345678901234567890.12345678901234567, None, -1e-17, 99999999999999999999.0, 0]),
    ("decimal 256", pa.array([decimal.Decimal("9" * 76), None, decimal.Decimal("-" + "9" * 76), decimal.Decimal(1),
                              decimal.Decimal(2) ** 53], pa.decimal256(76, 0)), "number",
     [float("9" * 76), None, -float("9" * 76), 1, 2.0 ** 53]),
    ("decimal scale below 0", pa.array([decimal.Decimal("1200"), None, decimal.Decimal("-300"), decimal.Decimal("0"),
                                        decimal.Decimal("99900")], pa.decimal128(5, -2)), "number",
     [1200, None, -300, 0, 99900]),
    ("boolean", pa.array([True, False, None, True, True]), "boolean", [True, False, None, True, True]),
    ("null", pa.nulls(5), "number", [None] * 5),
    ("date32", pa.array(DATES, pa.date32()), "date", DATES),
    ("date64", pa.array(DATES, pa.date64()), "date", DATES),
    *[(str(t), pa.array([dt.datetime(2026, 11, 21, 10), None, dt.datetime(1969, 12, 31, 23, 59, 59),
                         dt.datetime(1970, 1, 1), dt.datetime(2262, 1, 1)], t), "timestamp",
       [dt.datetime(2026, 11, 21, 10), None, dt.datetime(1969, 12, 31, 23, 59, 59), dt.datetime(1970, 1, 1),
        dt.datetime(2262, 1, 1)]) for t in (
        pa.timestamp("s"), pa.timestamp("ms"), pa.timestamp("us"), pa.timestamp("ns"), pa.timestamp("s", "UTC"),
        pa.timestamp("ns", "Europe/Berlin"))],
    ("us", pa.array(TIMES, pa.timestamp("us")), "timestamp", TIMES),
    ("ns down", pa.array([1, -1, None, 999, 1000], pa.timestamp("ns")), "timestamp",
     [dt.datetime(1970, 1, 1), dt.datetime(1969, 12, 31, 23, 59, 59, 999999), None, dt.datetime(1970, 1, 1),
      dt.datetime(1970, 1, 1, 0, 0, 0, 1)]),
    *[(str(t), pa.array(TEXTS, t), "string", TEXTS) for t in (pa.string(), pa.large_string(), pa.string_view())],
    *[(str(t), pa.array(LISTS, t), "strings", LISTS) for t in (
        pa.list_(pa.string()), pa.large_list(pa.string()), pa.list_(pa.large_string()), pa.list_view(pa.string()),
        pa.large_list_view(pa.string_view()))],
    ("list of nulls", pa.array([[], None, [None], [], []], pa.list_(pa.null())), "strings", [[], None, [], [], []]),
    ("fixed list", pa.array([["a", "b"], None, ["c", "c"], ["", None], ["a", "b"]], pa.list_(pa.string(), 2)),
     "strings", [["a", "b"], None, ["c", "c"], ["", None], ["a", "b"]]),
    *[(f"dictionary by {t}", pa.array(TEXTS).dictionary_encode().cast(pa.dictionary(t, pa.string())), "string",
       TEXTS) for t in (pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.uint32(), pa.int64(), pa.uint64())],
    ("nulls in both", pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 2, 1]), pa.array(["a", None, "c"])),
     "string", ["a", None, None, "c", None]),
    ("dictionary of views", pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 1, 0]),
                                                           pa.array(["a", "b" * 40], pa.string_view())), "string",
     ["a", "b" * 40, None, "b" * 40, "a"]),
    ("dictionary of numbers", pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 2, 1], pa.uint8()),
                                                             pa.array([1.5, None, 3.0])), "number",
     [1.5, None, None, 3.0, None]),
    ("dictionary of booleans", pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 2, 1]),
                                                              pa.array([True, None, False])), "boolean",
     [True, None, None, False, None]),
    ("list of dictionary", pa.ListArray.from_arrays(
        pa.array([0, 2, None, 2, 4, 5], pa.int32()),
        pa.DictionaryArray.from_arrays(pa.array([0, 1, 0, None, 1]), pa.array(["a", "b"]))), "strings",
     [["a", "b"], [], None, ["a", None], ["b"]]),
]
BY_NAME = pytest.mark.parametrize("array, type_, values", [case[1:] for case in COLUMNS],
                                  ids=[case[0] for case in COLUMNS])


@BY_NAME
def test_column(context, array, type_, values):
    table = take(context, pa.table({"x": array}))
    assert table.types() == {"x": type_}
    assert_same(table, {"x": values})


@BY_NAME
def test_batch(context, array, type_, values):
    assert_same(take_batch(context, pa.record_batch({"x": array})), {"x": values})


@BY_NAME
def test_slices(context, array, type_, values):
    """Offsets in the column, in the batch, and both."""
    long = pa.concat_arrays([array] * 15)
    many = list(values) * 15
    for start, length in ((1, 3), (4, 70), (63, 2), (75, 0), (7, 0), (3, 64)):
        part = {"x": many[start:start + length]}
        assert_same(take_batch(context, pa.record_batch({"x": long.slice(start, length)})), part)
        assert_same(take_batch(context, pa.record_batch({"x": long}).slice(start, length)), part)
        twice = pa.record_batch({"x": long.slice(1)}).slice(start, max(0, min(length, 74 - start)))
        assert_same(take_batch(context, twice), {"x": many[start + 1:start + 1 + twice.num_rows]})


@BY_NAME
def test_chunks(context, array, type_, values):
    chunks = pa.chunked_array([array.slice(0, 2), array.slice(2, 0), array.slice(2), array], array.type)
    assert_same(take(context, pa.table({"x": chunks})), {"x": values + values})


@BY_NAME
def test_no_rows(context, array, type_, values):
    for table in (pa.table({"x": pa.chunked_array([], array.type)}), pa.table({"x": array.slice(0, 0)})):
        table = take(context, table)
        assert table.types() == {"x": type_}
        assert_same(table, {"x": []})


def struct_batch(struct):
    """A struct array as a record batch, with its own validity and offset."""
    schema, array = Schema(), Array()
    struct._export_to_c(ctypes.addressof(array), ctypes.addressof(schema))
    return schema, array


def test_validity_and_offset_of_the_struct(context):
    children = [pa.array([1.0, None, 3.0, 4.0, 5.0, 6.0]).slice(1), pa.array(["z", "a", "b", None, "d", "e"]).slice(1)]
    struct = pa.StructArray.from_arrays(children, ["n", "s"], mask=pa.array([False, True, False, False, False]))
    for start, length in ((0, 5), (1, 3), (2, 2)):
        part = struct.slice(start, length)
        schema, array = struct_batch(part)
        handle, error = ctypes.c_void_p(), Error()
        check(LIB.triax_table_from_arrow(context, ctypes.byref(schema), ctypes.byref(array), ctypes.byref(handle),
                                         ctypes.byref(error)), error)
        rows = [row or {"n": None, "s": None} for row in part.to_pylist()]
        assert_same(Table(handle.value), {name: [row[name] for row in rows] for name in ("n", "s")})


def test_dictionaries_that_differ_between_batches(context):
    batches = [pa.record_batch({"x": pa.array(texts, pa.string()).dictionary_encode()}) for texts in
               (["a", "b", None], ["c", "a", "c"], [None, None], ["b", "d"])]
    reader = pa.RecordBatchReader.from_batches(batches[0].schema, batches)
    assert_same(take(context, reader), {"x": ["a", "b", None, "c", "a", "c", None, None, "b", "d"]})


def test_whole_numbers_that_doubles_cannot_hold(context):
    exact = take(context, pa.table({"x": pa.array([2**53, -2**53, None], pa.int64())}))
    assert exact.types() == {"x": "number"}
    beyond = take(context, pa.table({"x": pa.array([2**53 + 1, -2**63, None], pa.int64())}))
    assert beyond.types() == {"x": "integer"}
    assert beyond.to_pyarrow()["x"].to_pylist() == [2**53 + 1, -2**63, None]
    unsigned = take(context, pa.table({"x": pa.array([2**63 - 1], pa.uint64())}))
    assert unsigned.to_pyarrow()["x"].to_pylist() == [2**63 - 1]
    with pytest.raises(Refused, match="row 2, column 'x'.*int64"):
        take(context, pa.table({"x": pa.array([1, 2**63], pa.uint64())}))


@pytest.mark.parametrize("array", [
    pa.array([b"x"]), pa.array([b"x"], pa.binary(1)), pa.array([dt.timedelta(1)]), pa.array([dt.time(1)]),
    pa.array([{"a": 1}]), pa.array([[1]]), pa.array([[["a"]]]), pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
    pa.array([b"x"]).dictionary_encode(),
], ids=lambda array: str(array.type))
def test_what_is_not_taken_is_left_out(context, array):
    columns = {"n": pa.array([1.5]), "odd one": array, "s": pa.array(["a"])}
    assert_same(take(context, pa.table(columns)), {"n": [1.5], "s": ["a"]})
    assert_same(take_batch(context, pa.record_batch(columns)), {"n": [1.5], "s": ["a"]})


def test_bad_names(context):
    column = pa.array([1])
    with pytest.raises(Refused, match="columns 1 and 3 are both named 'a'"):
        take(context, pa.Table.from_arrays([column] * 3, ["a", "b", "a"]))
    with pytest.raises(Refused, match="column 2 has no name"):
        take(context, pa.Table.from_arrays([column] * 2, ["a", ""]))


def test_nul_in_text(context):
    with pytest.raises(Refused, match="row 2, column 'x'.*NUL"):
        take(context, pa.table({"x": ["a", "b\0c"]}))


def test_dates_and_times_beyond_range(context):
    with pytest.raises(Refused, match="row 1, column 'x'.*timestamp"):
        take(context, pa.table({"x": pa.array([2**62], pa.timestamp("s"))}))
    with pytest.raises(Refused, match="row 1, column 'x'.*date"):
        take(context, pa.table({"x": pa.array([2**62], pa.int64()).cast(pa.timestamp("ms")).view(pa.date64())}))


def test_index_out_of_the_dictionary(context):
    bad = pa.DictionaryArray.from_arrays(pa.array([0, 3], pa.int8()), pa.array(["a", "b"]), safe=False)
    with pytest.raises(Refused, match="row 2, column 'x'.*dictionary"):
        take_batch(context, pa.record_batch({"x": bad}))
    bad = pa.DictionaryArray.from_arrays(pa.array([0, -1], pa.int8()), pa.array(["a", "b"]), safe=False)
    with pytest.raises(Refused, match="row 2, column 'x'.*dictionary"):
        take_batch(context, pa.record_batch({"x": bad}))


def test_stream_that_fails(context):
    def batches():
        yield pa.record_batch({"x": [1]})
        raise ValueError("the source went away")
    reader = pa.RecordBatchReader.from_batches(pa.schema({"x": pa.int64()}), batches())
    with pytest.raises(Refused, match="the source went away"):
        take(context, reader)


def test_no_columns(context):
    assert take(context, pa.table({})).to_pyarrow().column_names == []


def test_children_outlive_the_batch(context):
    columns = {"s": ["a", "b", None] * 50, "l": [["a"], [], None] * 50, "n": [1.0, None, 3.0] * 50}
    table = take(context, pa.table(columns))
    batch = give_batch(table)
    kept = [batch.column(i) for i in range(3)]
    dictionary = kept[0].dictionary
    del batch, table
    assert kept[1].to_pylist() == [["a"], [], None] * 50
    assert kept[2].to_pylist() == [1.0, None, 3.0] * 50
    del kept
    assert dictionary.to_pylist() == ["a", "b"]


def test_many_rows_against_pyarrow(context):
    chance = random.Random(7)
    rows = 20000
    columns = {
        "id": [f"C{i}" for i in range(rows)],
        "n": [chance.choice([None, chance.random()]) for _ in range(rows)],
        "segment": [chance.choice(["global", "scale", None]) for _ in range(rows)],
        "products": [chance.choice([None, [], ["a"], ["b", "a"]]) for _ in range(rows)],
        "renewal": [chance.choice([None, dt.date(2026, 1, 1) + dt.timedelta(chance.randrange(900))])
                    for _ in range(rows)],
    }
    assert_same(take(context, pa.table(columns)), columns)


FRAME = {
    "id": ["c1", "c2", "c3", "a key of more than twelve bytes"],
    "arr": [1.5, None, 3.0, 4.0],
    "seats": [1, 2, None, 4],
    "live": [True, None, False, True],
    "segment": ["scale", "global", None, "scale"],
    "renewal": [dt.date(2026, 11, 21), None, dt.date(1969, 12, 31), dt.date(2026, 11, 22)],
    "seen": [dt.datetime(2026, 11, 21, 10, 0, 0, 5), None, dt.datetime(1969, 12, 31, 1), dt.datetime(2026, 1, 1)],
    "products": [["a", "b"], [], None, ["a text of more than twelve bytes"]],
}


def test_polars(context):
    pl = pytest.importorskip("polars", reason="polars is not installed")
    frame = pl.DataFrame(FRAME).with_columns(
        category=pl.Series(["x", None, "y", "x"], dtype=pl.Categorical),
        enum=pl.Series(["lo", "hi", None, "lo"], dtype=pl.Enum(["lo", "mid", "hi"])),
        nothing=pl.Series([None] * 4, dtype=pl.Null),
        price=pl.Series([decimal.Decimal("1.10"), None, decimal.Decimal("-2.25"), decimal.Decimal("0")]),
        tags=pl.Series([["x"], None, [], ["y", "x"]], dtype=pl.List(pl.Categorical)),
    )
    expected = {name: frame[name].to_list() for name in frame.columns}
    for part, wanted in ((frame, expected), (frame[1:3], {k: v[1:3] for k, v in expected.items()}),
                         (pl.concat([frame, frame], rechunk=False), {k: v + v for k, v in expected.items()}),
                         (frame[:0], {k: [] for k in expected})):
        table = take(context, part)
        assert_same(table, wanted)
        back = pl.DataFrame(table)
        assert [back[name].to_list() for name in ("id", "arr", "segment", "products", "renewal")] == \
            [[plain(v) for v in wanted[name]] for name in ("id", "arr", "segment", "products", "renewal")]


def test_pandas(context):
    pd = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pd.DataFrame({name: values for name, values in FRAME.items() if name != "products"})
    frame["segment"] = frame["segment"].astype("category")
    frame["seats"] = frame["seats"].astype("Int64")
    table = take(context, frame)
    assert_same(table, {name: FRAME[name] for name in frame.columns})
    back = pd.DataFrame.from_arrow(table) if hasattr(pd.DataFrame, "from_arrow") else table.to_pyarrow().to_pandas()
    assert back["id"].tolist() == FRAME["id"]
    assert_same(take(context, frame.iloc[1:3]), {name: FRAME[name][1:3] for name in frame.columns})


def test_duckdb(context):
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    source = pa.table(FRAME)
    result = duckdb.sql("select *, case when segment = 'scale' then 'up' end :: enum('down', 'up') as direction, "
                        "seats::decimal(9, 3) / 8 as share, seats::hugeint::varchar as words from source")
    expected = dict(FRAME, direction=["up", None, None, "up"], share=[0.125, 0.25, None, 0.5],
                    words=["1", "2", None, "4"])
    table = take(context, result)
    assert_same(table, expected)
    back = table.to_pyarrow()
    sums = duckdb.sql("select sum(arr), count(segment), count(distinct segment), max(renewal) from back").fetchall()
    assert sums == [(8.5, 3, 2, dt.date(2026, 11, 22))]


def test_duckdb_many_batches(context):
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    result = duckdb.sql("select 'c' || range as id, range::double / 3 as x, range % 7 = 0 as b from range(300000)")
    table = take(context, result).to_pyarrow()
    assert table.num_rows == 300000
    assert table["id"].to_pylist() == [f"c{i}" for i in range(300000)]
    assert table["x"].to_pylist() == [i / 3 for i in range(300000)]
    assert sum(table["b"].to_pylist()) == 42858
