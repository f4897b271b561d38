"""HiGHS beside the books solver: books_peers.py FILE [SECONDS]

FILE is a problem that allocation_books wrote. Solves its first part, value left uncovered, as HiGHS would: customers of
a class as one integer variable for each CSM on offer, one for each customer left uncovered. Prints the relaxation and
what a search of so many seconds finds. Says so and ends well where highspy is absent.
"""
import sys
import time

try:
    import highspy
    import numpy as np
except ImportError:
    print("HiGHS: skipped, highspy is not installed")
    sys.exit(0)


def read(path):
    with open(path, encoding="ascii") as file:
        words = iter(file.read().split())
    number = lambda: int(next(words))
    csms = number()
    take = lambda count: [number() for _ in range(count)]
    _, hard = take(csms), take(csms)
    offers = [[(number(), number())[0] for _ in range(number())] for _ in range(number())]
    classes = [(number(), number()) for _ in range(number())]
    customers = [take(5) for _ in range(number())]
    return hard, offers, classes, customers


def model(hard, offers, classes, customers):
    members = {}
    for number, customer in enumerate(customers):
        members.setdefault(customer[0], []).append(number)
    cost, upper, start, index, value = [], [], [0], [], []
    rows = {k: row for row, k in enumerate(members)}
    for k, row in rows.items():
        load, offer = classes[k]
        for csm in offers[offer]:
            cost.append(0)
            upper.append(len(members[k]))
            index += [row, len(rows) + csm]
            value += [1, load]
            start.append(len(index))
        for number in members[k]:
            cost.append(customers[number][1])
            upper.append(1)
            index.append(row)
            value.append(1)
            start.append(len(index))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(cost), len(rows) + len(hard)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = np.array(cost, float), np.zeros(len(cost)), np.array(upper, float)
    counts = [len(members[k]) for k in rows]
    lp.row_lower_ = np.array(counts + [-highspy.kHighsInf] * len(hard), float)
    lp.row_upper_ = np.array(counts + hard, float)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = np.array(start), np.array(index)
    lp.a_matrix_.value_ = np.array(value, float)
    return lp


def solve(lp, seconds, whole):
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("time_limit", float(seconds))
    if whole:
        lp.integrality_ = [highspy.HighsVarType.kInteger] * lp.num_col_
    solver.passModel(lp)
    begun = time.process_time()
    solver.run()
    info = solver.getInfo()
    return info.objective_function_value, info.mip_dual_bound, time.process_time() - begun


def main(path, seconds=30):
    lp = model(*read(path))
    value, _, taken = solve(lp, 600, False)
    print(f"HiGHS relaxation: value {value:.0f}, {taken:.2f} s of processor")
    value, bound, taken = solve(lp, seconds, True)
    print(f"HiGHS search: value {value:.0f}, bound {bound:.0f}, {taken:.2f} s of processor")


main(sys.argv[1], *map(float, sys.argv[2:3]))
