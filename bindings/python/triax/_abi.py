"""What the public headers declare, for ctypes.

Made from the public headers by bindings/declare.py (./dev sync); not edited by hand.
Names are those of the headers, where each is explained. The library is neither looked for nor loaded here.
"""
from ctypes import (
    CDLL,
    CFUNCTYPE,
    POINTER,
    Structure,
    c_char,
    c_char_p,
    c_double,
    c_int,
    c_int32,
    c_int64,
    c_size_t,
    c_uint8,
    c_uint32,
    c_uint64,
    c_void_p,
)
from typing import Any

# version.h
TRIAX_VERSION_MAJOR = 0
TRIAX_VERSION_MINOR = 1
TRIAX_VERSION_PATCH = 0
TRIAX_VERSION = "0.1.0"
TRIAX_POLICY_LANGUAGE = 1

# base.h
TRIAX_OK = 0
TRIAX_EINVAL = 1
TRIAX_ENOMEM = 2
TRIAX_ECANCELED = 3
TRIAX_EPOLICY = 4
TRIAX_EDATA = 5
TRIAX_ELIMIT = 6
TRIAX_ENOTFOUND = 7
TRIAX_EUNSUPPORTED = 8
TRIAX_PATH_SIZE = 256
TRIAX_ERROR_SIZE = 1024
TRIAX_LEVEL_ERROR = 1
TRIAX_LEVEL_WARNING = 2
TRIAX_LEVEL_NOTE = 3
TRIAX_LEVEL_DETAIL = 4
TRIAX_ROUND_PARTS = 1024

# document.h
TRIAX_DOCUMENT_NODES = 100000
TRIAX_DOCUMENT_DEPTH = 64
TRIAX_KIND_NONE = 0
TRIAX_KIND_MAP = 1
TRIAX_KIND_LIST = 2
TRIAX_KIND_TEXT = 3
TRIAX_KIND_NUMBER = 4
TRIAX_KIND_BOOLEAN = 5
TRIAX_KIND_MISSING = 6
TRIAX_NO_NODE = 18446744073709551615

# table.h
TRIAX_TYPE_NUMBER = 1
TRIAX_TYPE_INTEGER = 2
TRIAX_TYPE_MONEY = 3
TRIAX_TYPE_BOOLEAN = 4
TRIAX_TYPE_STRING = 5
TRIAX_TYPE_STRINGS = 6
TRIAX_TYPE_DATE = 7
TRIAX_TYPE_TIMESTAMP = 8
TRIAX_TYPE_TEXT = 9

# customers.h
TRIAX_DATES_ISO = 0
TRIAX_DATES_DMY = 1
TRIAX_DATES_MDY = 2
TRIAX_DATES_YMD = 3

# plan.h
TRIAX_PLAN_CUSTOMERS = 1
TRIAX_PLAN_CSMS = 2
TRIAX_PLAN_SEGMENTS = 3
TRIAX_PLAN_POOLS = 4
TRIAX_PLAN_TESTS = 5
TRIAX_PLAN_METRICS = 6
TRIAX_PLAN_OVERLAYS = 7
TRIAX_PLAN_WEEK = 8
TRIAX_PLAN_MOVES = 9
TRIAX_PLAN_ACTIONS = 10
TRIAX_PLAN_WITHHELD = 11
TRIAX_PLAN_FORECAST = 12
TRIAX_PLAN_HEADCOUNT = 13
TRIAX_PLAN_SCENARIOS = 14
TRIAX_PLAN_BOOKS = 15
TRIAX_PLAN_HANDOVERS = 16
TRIAX_PLAN_TRADEOFF = 17
TRIAX_PLAN_HIRES = 18
TRIAX_PLAN_TREND = 19

# aggregates.h
TRIAX_AGGREGATES_VALUES = 1048576
TRIAX_AGGREGATES_CANDIDATES = 4194304

# assignment.h
TRIAX_ASSIGNMENT_NONE = 4294967295
TRIAX_ASSIGNMENT_PROOF_NONE = 0
TRIAX_ASSIGNMENT_PROOF_CAPACITY = 1
TRIAX_ASSIGNMENT_PROOF_ITEMS = 2

# compare.h
TRIAX_COMPARISON_ACCOUNTS = 1
TRIAX_COMPARISON_CAUSES = 2
TRIAX_COMPARISON_METRICS = 3
TRIAX_COMPARISON_SEGMENTS = 4
TRIAX_COMPARISON_BANDS = 5
TRIAX_COMPARISON_CSMS = 6
TRIAX_COMPARISON_POOLS = 7
TRIAX_COMPARISON_FLOWS = 8
TRIAX_COMPARISON_FORECAST = 9
TRIAX_COMPARISON_HEADCOUNT = 10

# health.h
TRIAX_FIT_ADDITIVE = 0
TRIAX_FIT_LOGISTIC = 1
TRIAX_FIT_PREDICTIONS = 1
TRIAX_FIT_METRICS = 2
TRIAX_FIT_COEFFICIENTS = 3

triax_status = c_int32
triax_node = c_uint64


class triax_context(Structure):
    """Opaque."""


class triax_messages(Structure):
    """Opaque."""


class triax_document(Structure):
    """Opaque."""


class triax_policy(Structure):
    """Opaque."""


class triax_table(Structure):
    """Opaque."""


class triax_table_builder(Structure):
    """Opaque."""


class triax_customers(Structure):
    """Opaque."""


class triax_team(Structure):
    """Opaque."""


class triax_aggregates(Structure):
    """Opaque."""


class triax_plan(Structure):
    """Opaque."""


class triax_judge(Structure):
    """Opaque."""


class triax_assignment(Structure):
    """Opaque."""


class triax_comparison(Structure):
    """Opaque."""


class triax_health(Structure):
    """Opaque."""


class triax_fit(Structure):
    """Opaque."""


class triax_text(Structure):
    pass


class triax_error(Structure):
    pass


class triax_context_options(Structure):
    pass


class triax_load_options(Structure):
    pass


class triax_books_state(Structure):
    pass


class triax_plan_options(Structure):
    pass


class triax_plan_proof(Structure):
    pass


class triax_judgement(Structure):
    pass


class ArrowSchema(Structure):
    pass


class ArrowArray(Structure):
    pass


class ArrowArrayStream(Structure):
    pass


class triax_assignment_problem(Structure):
    pass


class triax_assignment_options(Structure):
    pass


class triax_assignment_proof(Structure):
    pass


class triax_assignment_figures(Structure):
    pass


class triax_assignment_found(Structure):
    pass


class triax_comparison_options(Structure):
    pass


class triax_health_options(Structure):
    pass


class triax_backtest_options(Structure):
    pass


class triax_fit_options(Structure):
    pass


triax_resize_fn = CFUNCTYPE(c_void_p, c_void_p, c_void_p, c_size_t, c_size_t)
triax_log_fn = CFUNCTYPE(None, c_void_p, c_int32, c_char_p)
triax_progress_fn = CFUNCTYPE(c_int, c_void_p, c_char_p, c_double)
triax_task_fn = CFUNCTYPE(None, c_void_p, c_uint64)
triax_parallel_fn = CFUNCTYPE(None, c_void_p, c_uint64, triax_task_fn, c_void_p)
triax_books_fn = CFUNCTYPE(c_int, c_void_p, POINTER(triax_books_state))

triax_text._fields_ = [
    ("bytes", c_char_p),
    ("length", c_size_t),
]

triax_error._fields_ = [
    ("status", triax_status),
    ("line", c_int32),
    ("column", c_int32),
    ("count", c_int32),
    ("path", c_char * 256),
    ("message", c_char * 1024),
]

triax_context_options._fields_ = [
    ("struct_size", c_size_t),
    ("resize", triax_resize_fn),
    ("resize_user", c_void_p),
    ("log", triax_log_fn),
    ("log_user", c_void_p),
    ("progress", triax_progress_fn),
    ("progress_user", c_void_p),
    ("threads", c_uint64),
    ("parallel", triax_parallel_fn),
    ("parallel_user", c_void_p),
]

triax_load_options._fields_ = [
    ("struct_size", c_size_t),
    ("date_order", c_int32),
    ("loose_numbers", c_int32),
    ("decimal_sign", c_int32),
    ("set_aside", c_int32),
]

triax_books_state._fields_ = [
    ("struct_size", c_size_t),
    ("uncovered_value", c_double),
    ("uncovered_bound", c_double),
]

triax_plan_options._fields_ = [
    ("struct_size", c_size_t),
    ("as_of", c_int32),
    ("has_as_of", c_int32),
    ("parts", c_int32),
    ("without_reasons", c_int32),
    ("aggregates", POINTER(triax_aggregates)),
    ("sent", POINTER(triax_table)),
    ("load", POINTER(triax_load_options)),
    ("outcome", triax_text),
    ("previous", POINTER(triax_plan)),
    ("tradeoff", c_int32),
    ("hires", c_int32),
    ("history", POINTER(triax_table)),
    ("books", triax_books_fn),
    ("books_user", c_void_p),
]

triax_plan_proof._fields_ = [
    ("struct_size", c_size_t),
    ("rules_hold", c_int32),
    ("as_stated", c_int32),
    ("bound_holds", c_int32),
    ("bound_by_prices", c_int32),
    ("proven", c_int32),
    ("reserved", c_int32),
    ("uncovered_value_off", c_double),
    ("over_off", c_double),
    ("points_off", c_double),
    ("imbalance_off", c_double),
]

triax_judgement._fields_ = [
    ("struct_size", c_size_t),
    ("segment", triax_text),
    ("band", triax_text),
    ("health", c_double),
    ("coverage", c_double),
    ("uncertain", c_int32),
    ("placed", c_int32),
]

ArrowSchema._fields_ = [
    ("format", c_char_p),
    ("name", c_char_p),
    ("metadata", c_char_p),
    ("flags", c_int64),
    ("n_children", c_int64),
    ("children", POINTER(POINTER(ArrowSchema))),
    ("dictionary", POINTER(ArrowSchema)),
    ("release", CFUNCTYPE(None, POINTER(ArrowSchema))),
    ("private_data", c_void_p),
]

ArrowArray._fields_ = [
    ("length", c_int64),
    ("null_count", c_int64),
    ("offset", c_int64),
    ("n_buffers", c_int64),
    ("n_children", c_int64),
    ("buffers", POINTER(c_void_p)),
    ("children", POINTER(POINTER(ArrowArray))),
    ("dictionary", POINTER(ArrowArray)),
    ("release", CFUNCTYPE(None, POINTER(ArrowArray))),
    ("private_data", c_void_p),
]

ArrowArrayStream._fields_ = [
    ("get_schema", CFUNCTYPE(c_int, POINTER(ArrowArrayStream), POINTER(ArrowSchema))),
    ("get_next", CFUNCTYPE(c_int, POINTER(ArrowArrayStream), POINTER(ArrowArray))),
    ("get_last_error", CFUNCTYPE(c_char_p, POINTER(ArrowArrayStream))),
    ("release", CFUNCTYPE(None, POINTER(ArrowArrayStream))),
    ("private_data", c_void_p),
]

triax_assignment_problem._fields_ = [
    ("struct_size", c_size_t),
    ("agents", c_size_t),
    ("items", c_size_t),
    ("cost", POINTER(c_int64)),
    ("load", POINTER(c_int64)),
    ("capacity", POINTER(c_int64)),
]

triax_assignment_options._fields_ = [
    ("struct_size", c_size_t),
    ("reserved", c_size_t),
    ("effort", c_double),
    ("seed", c_uint64),
]

triax_assignment_proof._fields_ = [
    ("struct_size", c_size_t),
    ("count", c_size_t),
    ("price", POINTER(c_int64)),
    ("scale", c_int64),
    ("bound", c_int64),
    ("kind", c_int32),
    ("reserved", c_int32),
]

triax_assignment_figures._fields_ = [
    ("struct_size", c_size_t),
    ("uncovered", c_size_t),
    ("cost", c_int64),
    ("bound", c_int64),
    ("missing", c_int64),
    ("work", c_uint64),
    ("optimal", c_int32),
    ("stopped", c_int32),
]

triax_assignment_found._fields_ = [
    ("struct_size", c_size_t),
    ("uncovered", c_size_t),
    ("over", c_size_t),
    ("cost", c_int64),
    ("bound", c_int64),
    ("excess", c_int64),
]

triax_comparison_options._fields_ = [
    ("struct_size", c_size_t),
    ("without_causes", c_int32),
    ("reserved", c_int32),
]

triax_health_options._fields_ = [
    ("struct_size", c_size_t),
    ("as_of", c_int32),
    ("has_as_of", c_int32),
    ("parts", c_int32),
    ("reserved", c_int32),
]

triax_backtest_options._fields_ = [
    ("struct_size", c_size_t),
    ("outcome", triax_text),
    ("score", triax_text),
    ("as_of", c_int32),
    ("has_as_of", c_int32),
]

triax_fit_options._fields_ = [
    ("struct_size", c_size_t),
    ("outcome", triax_text),
    ("score", triax_text),
    ("folds", triax_text),
    ("metrics", POINTER(triax_text)),
    ("metric_count", c_size_t),
    ("leaks", POINTER(triax_text)),
    ("leak_count", c_size_t),
    ("rising", POINTER(triax_text)),
    ("rising_count", c_size_t),
    ("falling", POINTER(triax_text)),
    ("falling_count", c_size_t),
    ("ridge", c_double),
    ("method", c_int32),
    ("pairs", c_int32),
    ("force", c_int32),
    ("reserved", c_int32),
]

# libtriax: name, what it returns, what it takes
CORE: dict[str, tuple[Any, list[Any]]] = {
    # base.h
    "triax_status_name": (c_char_p, [triax_status]),
    "triax_text_of": (triax_text, [c_char_p]),
    "triax_error_format": (c_size_t, [POINTER(triax_error), c_char_p, c_char_p, c_size_t]),
    "triax_context_options_init": (None, [POINTER(triax_context_options)]),
    "triax_context_new": (triax_status, [POINTER(triax_context_options), POINTER(POINTER(triax_context)), POINTER(triax_error)]),
    "triax_context_ref": (POINTER(triax_context), [POINTER(triax_context)]),
    "triax_context_unref": (None, [POINTER(triax_context)]),
    "triax_context_resize": (c_void_p, [POINTER(triax_context), c_void_p, c_size_t, c_size_t]),
    "triax_messages_new": (triax_status, [POINTER(triax_context), POINTER(POINTER(triax_messages)), POINTER(triax_error)]),
    "triax_messages_free": (None, [POINTER(triax_messages)]),
    "triax_messages_count": (c_size_t, [POINTER(triax_messages)]),
    "triax_messages_level": (c_int32, [POINTER(triax_messages), c_size_t]),
    "triax_messages_code": (c_char_p, [POINTER(triax_messages), c_size_t]),
    "triax_messages_text": (c_char_p, [POINTER(triax_messages), c_size_t]),
    "triax_messages_get": (c_int, [POINTER(triax_messages), c_size_t, POINTER(triax_error)]),
    "triax_messages_add": (triax_status, [POINTER(triax_messages), c_int32, c_char_p, POINTER(triax_error), triax_text, triax_text]),
    "triax_round_parts": (triax_status, [POINTER(c_double), c_size_t, c_double, c_int32, POINTER(c_double), POINTER(triax_error)]),
    "triax_version": (c_char_p, []),
    "triax_version_number": (c_int32, []),
    "triax_policy_language": (c_int32, []),
    # document.h
    "triax_document_new": (triax_status, [POINTER(triax_context), POINTER(POINTER(triax_document)), POINTER(triax_error)]),
    "triax_document_free": (None, [POINTER(triax_document)]),
    "triax_document_source": (triax_status, [POINTER(triax_document), triax_text, triax_text]),
    "triax_document_place": (triax_status, [POINTER(triax_document), c_int32, c_int32, c_int32, c_int32, c_int32]),
    "triax_document_map": (triax_status, [POINTER(triax_document), triax_text]),
    "triax_document_list": (triax_status, [POINTER(triax_document), triax_text]),
    "triax_document_end": (triax_status, [POINTER(triax_document)]),
    "triax_document_text": (triax_status, [POINTER(triax_document), triax_text, triax_text]),
    "triax_document_number": (triax_status, [POINTER(triax_document), triax_text, c_double]),
    "triax_document_boolean": (triax_status, [POINTER(triax_document), triax_text, c_int32]),
    "triax_document_missing": (triax_status, [POINTER(triax_document), triax_text]),
    "triax_document_finish": (triax_status, [POINTER(triax_document), POINTER(triax_error)]),
    "triax_document_kind": (c_int32, [POINTER(triax_document), triax_node]),
    "triax_document_key": (triax_text, [POINTER(triax_document), triax_node]),
    "triax_document_count": (c_uint64, [POINTER(triax_document), triax_node]),
    "triax_document_first": (triax_node, [POINTER(triax_document), triax_node]),
    "triax_document_next": (triax_node, [POINTER(triax_document), triax_node]),
    "triax_document_find": (triax_node, [POINTER(triax_document), triax_node, triax_text]),
    "triax_document_as_text": (triax_text, [POINTER(triax_document), triax_node]),
    "triax_document_as_number": (c_double, [POINTER(triax_document), triax_node]),
    "triax_document_as_boolean": (c_int32, [POINTER(triax_document), triax_node]),
    # policy.h
    "triax_policy_new": (triax_status, [POINTER(triax_context), POINTER(triax_document), POINTER(POINTER(triax_policy)), POINTER(triax_messages), POINTER(triax_error)]),
    "triax_policy_ref": (POINTER(triax_policy), [POINTER(triax_policy)]),
    "triax_policy_unref": (None, [POINTER(triax_policy)]),
    "triax_policy_name": (triax_text, [POINTER(triax_policy)]),
    "triax_policy_currency": (triax_text, [POINTER(triax_policy)]),
    # table.h
    "triax_type_name": (c_char_p, [c_int32]),
    "triax_table_builder_new": (triax_status, [POINTER(triax_context), POINTER(POINTER(triax_table_builder)), POINTER(triax_error)]),
    "triax_table_builder_free": (None, [POINTER(triax_table_builder)]),
    "triax_table_builder_column": (triax_status, [POINTER(triax_table_builder), triax_text, c_int32, POINTER(c_size_t), POINTER(triax_error)]),
    "triax_table_builder_numbers": (triax_status, [POINTER(triax_table_builder), c_size_t, POINTER(c_double), POINTER(c_uint8), c_size_t, POINTER(triax_error)]),
    "triax_table_builder_integers": (triax_status, [POINTER(triax_table_builder), c_size_t, POINTER(c_int64), POINTER(c_uint8), c_size_t, POINTER(triax_error)]),
    "triax_table_builder_booleans": (triax_status, [POINTER(triax_table_builder), c_size_t, POINTER(c_uint8), POINTER(c_uint8), c_size_t, POINTER(triax_error)]),
    "triax_table_builder_texts": (triax_status, [POINTER(triax_table_builder), c_size_t, POINTER(triax_text), c_size_t, POINTER(triax_error)]),
    "triax_table_builder_strings": (triax_status, [POINTER(triax_table_builder), c_size_t, POINTER(triax_text), c_size_t, POINTER(triax_error)]),
    "triax_table_builder_end_row": (triax_status, [POINTER(triax_table_builder), POINTER(triax_error)]),
    "triax_table_builder_finish": (triax_status, [POINTER(triax_table_builder), POINTER(POINTER(triax_table)), POINTER(triax_error)]),
    "triax_table_ref": (POINTER(triax_table), [POINTER(triax_table)]),
    "triax_table_unref": (None, [POINTER(triax_table)]),
    "triax_table_rows": (c_size_t, [POINTER(triax_table)]),
    "triax_table_columns": (c_size_t, [POINTER(triax_table)]),
    "triax_table_find": (c_size_t, [POINTER(triax_table), triax_text]),
    "triax_table_name": (triax_text, [POINTER(triax_table), c_size_t]),
    "triax_table_type": (c_int32, [POINTER(triax_table), c_size_t]),
    "triax_table_missing": (c_size_t, [POINTER(triax_table), c_size_t]),
    "triax_table_has": (c_int32, [POINTER(triax_table), c_size_t, c_size_t]),
    "triax_table_present": (POINTER(c_uint64), [POINTER(triax_table), c_size_t]),
    "triax_table_numbers": (POINTER(c_double), [POINTER(triax_table), c_size_t]),
    "triax_table_integers": (POINTER(c_int64), [POINTER(triax_table), c_size_t]),
    "triax_table_dates": (POINTER(c_int32), [POINTER(triax_table), c_size_t]),
    "triax_table_number": (c_double, [POINTER(triax_table), c_size_t, c_size_t]),
    "triax_table_integer": (c_int64, [POINTER(triax_table), c_size_t, c_size_t]),
    "triax_table_text": (triax_text, [POINTER(triax_table), c_size_t, c_size_t]),
    "triax_table_items": (c_size_t, [POINTER(triax_table), c_size_t, c_size_t]),
    "triax_table_item": (triax_text, [POINTER(triax_table), c_size_t, c_size_t, c_size_t]),
    # customers.h
    "triax_load_options_init": (None, [POINTER(triax_load_options)]),
    "triax_customers_new": (triax_status, [POINTER(triax_context), POINTER(triax_policy), POINTER(triax_table), POINTER(triax_load_options), POINTER(POINTER(triax_customers)), POINTER(POINTER(triax_table)), POINTER(triax_messages), POINTER(triax_error)]),
    "triax_customers_ref": (POINTER(triax_customers), [POINTER(triax_customers)]),
    "triax_customers_unref": (None, [POINTER(triax_customers)]),
    "triax_customers_table": (POINTER(triax_table), [POINTER(triax_customers)]),
    "triax_customers_find": (c_size_t, [POINTER(triax_customers), triax_text]),
    # team.h
    "triax_team_new": (triax_status, [POINTER(triax_context), POINTER(triax_policy), POINTER(triax_table), POINTER(triax_load_options), POINTER(POINTER(triax_team)), POINTER(POINTER(triax_table)), POINTER(triax_messages), POINTER(triax_error)]),
    "triax_team_ref": (POINTER(triax_team), [POINTER(triax_team)]),
    "triax_team_unref": (None, [POINTER(triax_team)]),
    "triax_team_table": (POINTER(triax_table), [POINTER(triax_team)]),
    "triax_team_find": (c_size_t, [POINTER(triax_team), triax_text]),
    # plan.h
    "triax_plan_options_init": (None, [POINTER(triax_plan_options)]),
    "triax_date_of": (c_int32, [triax_text, POINTER(c_int32)]),
    "triax_plan_new": (triax_status, [POINTER(triax_context), POINTER(triax_policy), POINTER(triax_customers), POINTER(triax_team), POINTER(triax_plan_options), POINTER(POINTER(triax_plan)), POINTER(triax_messages), POINTER(triax_error)]),
    "triax_plan_ref": (POINTER(triax_plan), [POINTER(triax_plan)]),
    "triax_plan_unref": (None, [POINTER(triax_plan)]),
    "triax_plan_check": (triax_status, [POINTER(triax_context), POINTER(triax_policy), POINTER(triax_customers), POINTER(triax_team), POINTER(triax_plan_options), POINTER(triax_messages), POINTER(triax_error)]),
    "triax_plan_table": (POINTER(triax_table), [POINTER(triax_plan), c_int32]),
    "triax_plan_table_name": (c_char_p, [c_int32]),
    "triax_plan_summary": (POINTER(triax_document), [POINTER(triax_plan)]),
    "triax_plan_explain": (triax_status, [POINTER(triax_plan), triax_text, POINTER(POINTER(triax_document)), POINTER(triax_error)]),
    "triax_plan_verify": (triax_status, [POINTER(triax_plan), POINTER(triax_plan_proof), POINTER(triax_error)]),
    "triax_plan_why_not": (triax_status, [POINTER(triax_plan), triax_text, triax_text, POINTER(POINTER(triax_document)), POINTER(triax_error)]),
    "triax_judge_new": (triax_status, [POINTER(triax_plan), POINTER(POINTER(triax_judge)), POINTER(triax_error)]),
    "triax_judge_free": (None, [POINTER(triax_judge)]),
    "triax_judge_clear": (None, [POINTER(triax_judge)]),
    "triax_judge_row": (triax_status, [POINTER(triax_judge), c_size_t, POINTER(triax_error)]),
    "triax_judge_column": (c_size_t, [POINTER(triax_judge), triax_text]),
    "triax_judge_number": (triax_status, [POINTER(triax_judge), c_size_t, c_double, POINTER(triax_error)]),
    "triax_judge_text": (triax_status, [POINTER(triax_judge), c_size_t, triax_text, POINTER(triax_error)]),
    "triax_judge_run": (triax_status, [POINTER(triax_judge), POINTER(triax_judgement), POINTER(triax_error)]),
    "triax_evaluate": (triax_status, [POINTER(triax_context), triax_text, POINTER(triax_customers), POINTER(triax_plan_options), POINTER(POINTER(triax_table)), POINTER(triax_messages), POINTER(triax_error)]),
    # aggregates.h
    "triax_plan_aggregates": (triax_status, [POINTER(triax_plan), POINTER(POINTER(triax_aggregates)), POINTER(triax_error)]),
    "triax_aggregates_merge": (triax_status, [POINTER(triax_context), POINTER(POINTER(triax_aggregates)), c_size_t, POINTER(POINTER(triax_aggregates)), POINTER(triax_error)]),
    "triax_aggregates_complete": (c_int32, [POINTER(triax_aggregates)]),
    "triax_aggregates_error": (c_double, [POINTER(triax_aggregates)]),
    "triax_aggregates_write": (triax_status, [POINTER(triax_aggregates), c_void_p, c_size_t, POINTER(c_size_t), POINTER(triax_error)]),
    "triax_aggregates_read": (triax_status, [POINTER(triax_context), c_void_p, c_size_t, POINTER(POINTER(triax_aggregates)), POINTER(triax_error)]),
    "triax_aggregates_ref": (POINTER(triax_aggregates), [POINTER(triax_aggregates)]),
    "triax_aggregates_unref": (None, [POINTER(triax_aggregates)]),
    # arrow.h
    "triax_table_from_arrow": (triax_status, [POINTER(triax_context), POINTER(ArrowSchema), POINTER(ArrowArray), POINTER(POINTER(triax_table)), POINTER(triax_error)]),
    "triax_table_from_arrow_stream": (triax_status, [POINTER(triax_context), POINTER(ArrowArrayStream), POINTER(POINTER(triax_table)), POINTER(triax_error)]),
    "triax_table_to_arrow": (triax_status, [POINTER(triax_table), POINTER(ArrowSchema), POINTER(ArrowArray), POINTER(triax_error)]),
    "triax_table_to_arrow_stream": (triax_status, [POINTER(triax_table), POINTER(ArrowArrayStream), POINTER(triax_error)]),
    # assignment.h
    "triax_assignment_options_init": (None, [POINTER(triax_assignment_options)]),
    "triax_assignment_solve": (triax_status, [POINTER(triax_context), POINTER(triax_assignment_problem), POINTER(triax_assignment_options), POINTER(POINTER(triax_assignment)), POINTER(triax_error)]),
    "triax_assignment_ref": (POINTER(triax_assignment), [POINTER(triax_assignment)]),
    "triax_assignment_unref": (None, [POINTER(triax_assignment)]),
    "triax_assignment_summary": (triax_status, [POINTER(triax_assignment), POINTER(triax_assignment_figures), POINTER(triax_error)]),
    "triax_assignment_agents": (POINTER(c_uint32), [POINTER(triax_assignment), POINTER(c_size_t)]),
    "triax_assignment_loads": (POINTER(c_int64), [POINTER(triax_assignment), POINTER(c_size_t)]),
    "triax_assignment_missing": (POINTER(c_int64), [POINTER(triax_assignment), POINTER(c_size_t)]),
    "triax_assignment_message": (c_char_p, [POINTER(triax_assignment)]),
    "triax_assignment_prove": (triax_status, [POINTER(triax_assignment), POINTER(triax_assignment_proof), POINTER(triax_error)]),
    "triax_assignment_check": (triax_status, [POINTER(triax_context), POINTER(triax_assignment_problem), POINTER(c_uint32), POINTER(triax_assignment_proof), POINTER(triax_assignment_found), POINTER(triax_error)]),
    # compare.h
    "triax_comparison_options_init": (None, [POINTER(triax_comparison_options)]),
    "triax_comparison_new": (triax_status, [POINTER(triax_context), POINTER(triax_plan), POINTER(triax_plan), POINTER(triax_comparison_options), POINTER(POINTER(triax_comparison)), POINTER(triax_error)]),
    "triax_comparison_ref": (POINTER(triax_comparison), [POINTER(triax_comparison)]),
    "triax_comparison_unref": (None, [POINTER(triax_comparison)]),
    "triax_comparison_table": (POINTER(triax_table), [POINTER(triax_comparison), c_int32]),
    "triax_comparison_table_name": (c_char_p, [c_int32]),
    "triax_comparison_summary": (POINTER(triax_document), [POINTER(triax_comparison)]),
    # health.h
    "triax_health_new": (triax_status, [POINTER(triax_context), POINTER(triax_document), POINTER(POINTER(triax_health)), POINTER(triax_messages), POINTER(triax_error)]),
    "triax_health_ref": (POINTER(triax_health), [POINTER(triax_health)]),
    "triax_health_unref": (None, [POINTER(triax_health)]),
    "triax_health_options_init": (None, [POINTER(triax_health_options)]),
    "triax_health_score": (triax_status, [POINTER(triax_health), POINTER(triax_customers), POINTER(triax_health_options), POINTER(POINTER(triax_table)), POINTER(triax_messages), POINTER(triax_error)]),
    "triax_backtest_options_init": (None, [POINTER(triax_backtest_options)]),
    "triax_health_backtest": (triax_status, [POINTER(triax_context), POINTER(triax_policy), POINTER(triax_customers), POINTER(triax_backtest_options), POINTER(POINTER(triax_document)), POINTER(triax_messages), POINTER(triax_error)]),
    "triax_fit_options_init": (None, [POINTER(triax_fit_options)]),
    "triax_health_fit": (triax_status, [POINTER(triax_context), POINTER(triax_policy), POINTER(triax_customers), POINTER(triax_fit_options), POINTER(POINTER(triax_fit)), POINTER(triax_messages), POINTER(triax_error)]),
    "triax_fit_ref": (POINTER(triax_fit), [POINTER(triax_fit)]),
    "triax_fit_unref": (None, [POINTER(triax_fit)]),
    "triax_fit_section": (POINTER(triax_document), [POINTER(triax_fit)]),
    "triax_fit_report": (POINTER(triax_document), [POINTER(triax_fit)]),
    "triax_fit_table": (POINTER(triax_table), [POINTER(triax_fit), c_int32]),
    "triax_fit_table_name": (c_char_p, [c_int32]),
}

# libtriax-yaml: name, what it returns, what it takes
YAML: dict[str, tuple[Any, list[Any]]] = {
    # yaml.h
    "triax_yaml_read": (triax_status, [POINTER(triax_context), triax_text, triax_text, POINTER(POINTER(triax_document)), POINTER(triax_messages), POINTER(triax_error)]),
    "triax_yaml_policy": (triax_status, [POINTER(triax_context), triax_text, triax_text, POINTER(POINTER(triax_policy)), POINTER(triax_messages), POINTER(triax_error)]),
    "triax_yaml_health": (triax_status, [POINTER(triax_context), triax_text, triax_text, POINTER(POINTER(triax_health)), POINTER(triax_messages), POINTER(triax_error)]),
    "triax_yaml_write": (c_size_t, [POINTER(triax_document), triax_node, triax_text, c_int32, c_char_p, c_size_t]),
    "triax_yaml_replace": (triax_status, [POINTER(triax_context), triax_text, triax_text, triax_text, POINTER(triax_document), c_char_p, c_size_t, POINTER(c_size_t), POINTER(triax_error)]),
}


def declare(library: CDLL, functions: dict[str, tuple[Any, list[Any]]]) -> None:
    """Tells ctypes what these functions of the library take and return. One that is not there: AttributeError."""
    for name, (result, arguments) in functions.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
