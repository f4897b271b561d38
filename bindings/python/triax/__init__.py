"""triax decides how customers are covered by customer success managers (CSMs), and explains it.

Give it your customers, your team and a policy. You get a plan: segments, owners, health, hours, and why.

    import triax

    policy = triax.Policy.load("policy.yaml")
    plan = policy.plan(customers, team, as_of="2026-11-21")

    plan.customers                # a table: segment, csm, health, hours, why
    plan.summary["continuity"]    # the plan in figures
    print(plan.explain("A1"))     # why one customer is treated as it is

Customers and team are whatever offers Arrow capsules (Polars, pyarrow, pandas, DuckDB), columns by name, or rows as
dicts. Tables offer the same: `polars.DataFrame(plan.customers)`. Nothing of these is needed:

    for row in plan.customers:
        print(row["key"], row["segment"])

Where to look further:

    Policy       load(), from_yaml(), from_dict(); plan(), check(), compare(), backtest()
    Plan         tables, summary, explain(), judge(), aggregates()
    Table        columns, rows, Arrow; read_csv() makes one of a file
    Customers    data loaded under a policy, for several plans; Team likewise
    compare()    two plans side by side, with the cause of every difference
    Health       score models that work alone; Health.fit() learns one
    Judge        single customers as they change
    Aggregates   judging a large set in parts
    evaluate()   one expression
    round_parts() parts of a total, rounded so that they sum
    assign()     the assignment problem as such
    Error        what all exceptions have in common: line, column, path, messages

Long calls do not hold the GIL, tell progress, and stop at Ctrl-C. Finished objects are immutable: any number of threads
may use one at once (but for a Judge).
"""
from ._abi import TRIAX_VERSION as __version__
from ._aggregates import Aggregates
from ._assignment import Assignment, assign
from ._company import Customers, Team
from ._compare import Comparison, compare
from ._document import Facts, read_yaml, replace_yaml, write_yaml
from ._errors import (
    Canceled,
    DataError,
    Error,
    InvalidArgument,
    LimitError,
    Message,
    NotFound,
    OutOfMemory,
    PolicyError,
    Unsupported,
)
from ._fit import Fit
from ._functions import evaluate, round_parts
from ._health import Health
from ._library import core as _core
from ._plan import Judge, Judgement, Plan, Proof
from ._policy import Policy
from ._table import Table, read_csv


POLICY_LANGUAGE = int(_core.triax_policy_language())
"""The version of the policy language that the library reads."""


def library_version() -> str:
    """The version of the C library, which may be newer than this package."""
    return str(_core.triax_version().decode())


__all__ = [
    "POLICY_LANGUAGE", "Aggregates", "Assignment", "Canceled", "Comparison", "Customers", "DataError", "Error", "Facts", "Fit", "Health",
    "InvalidArgument", "Judge", "Judgement", "LimitError", "Message", "NotFound", "OutOfMemory", "Plan", "Policy",
    "PolicyError", "Proof", "Table", "Team", "Unsupported", "__version__", "assign", "compare", "evaluate", "library_version", "read_csv",
    "read_yaml", "replace_yaml", "round_parts", "write_yaml",
]
for _name in __all__:
    if isinstance(globals()[_name], type):
        globals()[_name].__module__ = "triax"  # where people find it
del _name
