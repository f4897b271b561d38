"""While a call lasts: progress, Ctrl-C, threads; and what becomes of capsules when the interpreter ends."""
import copy
import gc
import logging
import os
import pickle
import random
import signal
import subprocess
import sys
import threading

import pytest

import triax

# A problem on which the solver works for as long as it may.
HARD = """
import os, random, signal, sys, threading, time
import triax
random.seed(1)
agents, items = 20, 400
load = [[random.randint(5, 25) for _ in range(items)] for _ in range(agents)]
cost = [[111 - l + random.randint(-10, 10) for l in row] for row in load]
capacity = [sum(row) * 8 // (10 * agents) for row in load]
def long_call(progress=None):
    return triax.assign(cost, load, capacity, effort=1000, progress=progress)
"""
PLAN = """
import os, random, signal, sys, threading, time
import triax
random.seed(1)
policy = triax.Policy.from_dict({
    "triax": 1, "customers": {"key": "id"}, "team": {"key": "id"},
    "segmentation": {"by": "arr", "segments": [{"name": "large", "at_least": 500}, {"name": "small"}]},
    "allocation": {"owner": "owner", "effort": 1000, "value": "arr", "capacity": {"fte": 1, "accounts": {"large": 7, "small": 23}},
                   "prefer": [{"points": 3, "when": "customer.country == csm.country", "why": "same country"},
                              {"points": 2, "when": "customer.owner == csm.id", "why": "keeps its CSM"}],
                   "balance": {"load": 2, "arr": 1}}})
team = [{"id": f"S{i}", "country": random.choice("abcdefg")} for i in range(150)]
customers = [{"id": f"C{i}", "arr": random.randint(1, 1000), "country": random.choice("abcdefgh"), "owner": f"S{random.randint(0, 180)}"}
             for i in range(3000)]
def long_call(progress=None):
    return policy.plan(customers, team, progress=progress)
"""


# Who runs the tests in the background may have Ctrl-C ignored, which a program inherits.
LISTENS = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"


def run(code, **more):
    """A program in a process of its own."""
    done = subprocess.run([sys.executable, "-X", "faulthandler", "-c", LISTENS + code], capture_output=True, text=True, timeout=120, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.mark.parametrize("work", [HARD, PLAN], ids=["assign", "plan"])
def test_ctrl_c(work):
    # Processor time, as others may be using the machine: at most 50 ms of work after the signal.
    done = run(work + """
sent = []
def interrupt():
    time.sleep(1.5)
    sent.append(time.process_time())
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=interrupt).start()
try:
    long_call()
    print("not interrupted")
except KeyboardInterrupt:
    print((time.process_time() - sent[0]) * 1000)
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
""")
    assert done.stderr == ""
    assert float(done.stdout) < 50


def test_handlers_of_ones_own():
    done = run(HARD + """
class Enough(Exception):
    pass
def stop(number, frame):
    raise Enough(number)
seen = []
signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(number))
signal.signal(signal.SIGALRM, stop)
signal.setitimer(signal.ITIMER_REAL, 1)
def send():
    for _ in range(3):
        time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGUSR1)
threading.Thread(target=send).start()
try:
    long_call()
except Enough:
    print(len(seen))
assert signal.getsignal(signal.SIGALRM) is stop
""")
    assert (done.stdout, done.stderr) == ("3\n", ""), "handlers run meanwhile; one that raises stops the work"


def test_signals_are_not_lost():
    """Many signals at moments of all kinds: each stops the call that it comes in, none goes to the unraisable hook."""
    done = run(HARD + """
def stop(number, frame):
    raise InterruptedError
signal.signal(signal.SIGALRM, stop)
for i in range(60):
    signal.setitimer(signal.ITIMER_REAL, 0.01 + i * 0.0007)
    try:
        long_call(progress=lambda stage, done: None)
        print("lost")
    except InterruptedError:
        pass
""")
    assert (done.stdout, done.stderr) == ("", "")


def problem(effort=1.0, progress=None):
    names = {}
    exec(HARD, names)
    return triax.assign(names["cost"], names["load"], names["capacity"], effort=effort, progress=progress)


def policy_and_data(rows=2000):
    policy = triax.Policy.from_dict({"triax": 1, "segmentation": {"by": "arr", "segments": [{"name": "large", "at_least": 500}, {"name": "small"}]}})
    return policy, {"id": [f"C{i}" for i in range(rows)], "arr": [float(i * 7919 % 1000) for i in range(rows)]}


def test_progress():
    seen = []
    names = {}
    exec(PLAN.replace('"effort": 1000', '"effort": 0.05'), names)
    names["long_call"](lambda stage, done: seen.append((stage, done)))
    assert {"allocation"} <= {stage for stage, _ in seen}
    assert all(0 <= done <= 1 for _, done in seen)


def test_progress_may_cancel():
    names = {}
    exec(PLAN, names)
    with pytest.raises(triax.Canceled):
        names["long_call"](lambda stage, done: stage == "allocation")

    def fail(stage, done):
        raise LookupError(stage)

    with pytest.raises(LookupError):
        names["long_call"](fail)
    answer = problem(1000, lambda stage, done: True)
    assert answer.figures.stopped and len(answer.agents) == 400, "the best so far"
    with pytest.raises(LookupError):
        problem(1000, fail)


def test_log(caplog):
    policy, data = policy_and_data(10)
    with caplog.at_level(logging.DEBUG, logger="triax"):
        policy.plan(data)
    lines = [(record.levelno, record.getMessage()) for record in caplog.records]
    assert (logging.INFO, "customers: rows 10, columns 2") == lines[0]
    # i * 7919 % 1000 of 0 … 9 is 0, 919, 838, 757, 676, 595, 514, 433, 352, 271: all are in one of the two segments.
    assert (logging.DEBUG, "segmentation: segments 2, customers in none 0 of 10") in lines
    assert (logging.INFO, "plan: made, customers 10, CSMs 0") == lines[-1]
    assert {record.name for record in caplog.records} == {"triax"}
    caplog.clear()
    with caplog.at_level(logging.INFO, logger="triax"):
        policy.plan(data)
    assert {record.levelno for record in caplog.records} == {logging.INFO}


def test_what_a_filter_of_the_log_raises_is_raised():
    policy, data = policy_and_data(10)

    def fail(record):
        raise LookupError(record.getMessage())

    logger = logging.getLogger("triax")
    level = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addFilter(fail)
    try:
        with pytest.raises(LookupError, match="rows 10"):
            policy.customers(data)
    finally:
        logger.removeFilter(fail)
        logger.setLevel(level)
    assert len(policy.plan(data).customers) == 10


def test_nothing_is_printed_without_a_log():
    done = run("""
import triax
policy = triax.Policy.from_dict({"triax": 1, "segmentation": {"by": "arr", "segments": [{"name": "all"}]}})
policy.plan({"id": ["a"], "arr": [1.0]})
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_calls_within_progress():
    policy, data = policy_and_data()
    inner = []

    def progress(stage, done):
        if not inner:
            inner.append(policy.plan(data, progress=lambda *_: None))

    assert problem(0.1, progress).figures.cost > 0
    assert len(inner) == 1 and len(inner[0].customers) == 2000


def test_the_gil_is_free():
    """Another thread gets on while a call lasts."""
    done = run(HARD + """
count, over = 0, False
def counting():
    global count
    while not over:
        count += 1
        time.sleep(0.001)
thread = threading.Thread(target=counting)
thread.start()
triax.assign(cost, load, capacity, effort=0.5)
over = True
thread.join()
print(count)
""")
    assert int(done.stdout) > 20


def test_threads():
    """One policy and one set of customers, many plans at once: all the same. Errors and messages keep to their thread."""
    policy, data = policy_and_data()
    customers = policy.customers(data)
    expected = policy.plan(customers).customers.to_dict()
    faults, results = [], []

    def work(number):
        try:
            for turn in range(10):
                if number % 2:
                    results.append(policy.plan(customers, threads=number).customers.to_dict() == expected)
                else:
                    with pytest.raises(triax.PolicyError) as caught:
                        triax.Policy.from_dict({"triax": 1, f"wrong_{number}": 1})
                    results.append(f"wrong_{number}" in caught.value.message)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == [] and results == [True] * 80


def test_progress_of_each_thread_is_its_own():
    seen = {}

    def work(name):
        problem(0.1, lambda stage, done: seen.setdefault(name, set()).add(threading.get_ident()) and False)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(3)]
    for thread in threads:
        thread.start()
    idents = {name: {thread.ident} for name, thread in enumerate(threads)}
    for thread in threads:
        thread.join()
    assert seen == idents


@pytest.mark.parametrize("keep", ["kept = capsule", "import builtins; builtins.kept = capsule", "import sys; sys.kept = [capsule]; sys.kept.append(sys.kept)",
                                  "import threading; threading.current_thread().kept = capsule", "del capsule"])
def test_a_capsule_that_outlives_the_interpreter(keep):
    done = run(f"""
import triax
table = triax.Table({{"a": ["x"], "b": [1.0]}})
capsule = table.__arrow_c_stream__(), table.__arrow_c_array__()
{keep}
judge = triax.Policy.from_dict({{"triax": 1, "segmentation": {{"segments": [{{"name": "all"}}]}}}}).plan([{{"id": "A"}}]).judge()
""")
    assert (done.stdout, done.stderr) == ("", "")


def test_the_interpreter_ends_during_a_call():
    done = run(HARD + "threading.Thread(target=long_call, daemon=True).start(); time.sleep(0.3)")
    assert (done.stdout, done.stderr) == ("", "")


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="there is no /proc")
def test_nothing_leaks():
    policy, data = policy_and_data(3000)
    rng = random.Random(1)

    def turn():
        plan = policy.plan(data)
        plan.customers.__arrow_c_stream__()  # nobody takes it
        plan.customers.__arrow_c_array__()
        triax.Table(plan.customers)
        plan.customers["segment"], plan.summary, plan.explain(f"C{rng.randrange(3000)}"), plan.judge()({"arr": 5.0})
        with pytest.raises(triax.PolicyError):
            triax.Policy.from_dict({"triax": 1, "x": 2})
        with pytest.raises(triax.NotFound):
            plan.explain("nobody")

    for _ in range(10):
        turn()
    gc.collect()
    before = resident()
    for _ in range(40):
        turn()
    gc.collect()
    assert resident() - before < 4 << 20, "one plan and its tables are some 1 MB; 40 would be seen"


def test_errors_can_be_sent():
    with pytest.raises(triax.PolicyError) as caught:
        triax.Policy.from_yaml("triax: 1\nx: 1\n", name="p.yaml")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again), again.line, again.path, again.messages) == (
        triax.PolicyError, str(caught.value), caught.value.line, caught.value.path, caught.value.messages)


def test_what_cannot_be_sent_says_so():
    """ctypes spoke of pointers; copies left a half-made object behind, whose end was an error of its own."""
    policy = triax.Policy.from_dict({"triax": 1, "segmentation": {"segments": [{"name": "all"}]}})
    plan = policy.plan([{"id": "A"}])
    assert plan.customers["segment"] == ["all"]
    for thing, name in (policy, "Policy"), (plan, "Plan"), (plan.customers, "Table"), (plan.judge(), "Judge"):
        for send in pickle.dumps, copy.copy, copy.deepcopy:
            with pytest.raises(TypeError, match=f"a {name} cannot be pickled or copied"):
                send(thing)


@pytest.mark.parametrize("call, fault, words", [
    (lambda policy: policy.plan([{"id": "A"}], threads=-1), ValueError, "threads=-1"),
    (lambda policy: policy.plan([{"id": "A"}], threads="2"), TypeError, "integer"),
    (lambda policy: policy.plan([{"id": "A"}], as_of=5), TypeError, "as_of=5 is not a date"),
    (lambda policy: policy.plan([{"id": "A"}]).explain(1), TypeError, "a text is needed here, not 1"),
    (lambda policy: triax.evaluate(5), TypeError, "a text is needed here, not 5"),
])
def test_arguments_of_the_wrong_kind(call, fault, words):
    with pytest.raises(fault, match=words):
        call(triax.Policy.from_dict({"triax": 1, "segmentation": {"segments": [{"name": "all"}]}}))


def test_csv_files_at_fault(tmp_path):
    path = tmp_path / "c.csv"
    for content, words in (b'id,x\nA,"a"b\n', ":2: "), (b"id,x\nA,\xff\n", "say encoding='cp1252'"), (b"id,x\nA\n", ":2: 1 fields"):
        path.write_bytes(content)
        with pytest.raises(ValueError) as caught:
            triax.read_csv(path)
        assert str(caught.value).startswith(str(path)) and words in str(caught.value)
