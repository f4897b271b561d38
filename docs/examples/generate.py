#!/usr/bin/env python3
"""Writes the tables of the example companies: customers.csv and team.csv in each folder here.

usage: generate.py [FOLDER]      into FOLDER/EXAMPLE/ instead of beside this script

Companies, people and stock indices are invented. The same bytes come out on any machine and any Python from 3.9 on:
the random numbers are made here, from integers, and no value passes through a function that machines compute
differently.
"""
import sys
from datetime import date, timedelta
from pathlib import Path

AS_OF = date(2026, 11, 23)  # the day that all examples are planned for, a Monday
UNITS = 840  # of a full-time CSM: loads of the books that were there before, as whole numbers


class Random:
    """SplitMix64: a counter, well stirred."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        mask = (1 << 64) - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return z ^ (z >> 31)

    def below(self, count):
        return (self.next() >> 11) * count >> 53

    def between(self, least, most):
        return least + self.below(most - least + 1)

    def chance(self, per_mille):
        return self.below(1000) < per_mille

    def pick(self, items):
        return items[self.below(len(items))]

    def weighted(self, pairs):
        left = self.below(sum(weight for _, weight in pairs))
        for item, weight in pairs:
            left -= weight
            if left < 0:
                return item
        raise AssertionError("weights are whole and positive")

    def along(self, knots):
        """A value from a distribution given as [(per mille below, value)], straight between."""
        place = self.below(1_000_000)
        for (share, value), (next_share, next_value) in zip(knots, knots[1:]):
            low, high = share * 1000, next_share * 1000
            if place < high:
                return value + (next_value - value) * (place - low) // (high - low)
        return knots[-1][1]

    def shuffled(self, items):
        items = list(items)
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]
        return items

    def days_ago(self, least, most, since=date.min):
        """A day of the past, not before `since`."""
        return max(since, AS_OF - timedelta(days=self.between(least, most)))


FIRST = "Bra Cor Dal Fen Gar Hel Jor Kes Lum Mor Nal Ost Pel Quil Ros Sel Tam Ul Var Wen Yor Zel".split()
MIDDLE = "a e i o u an en or ay is".split()
LAST = "dane fex gard holt kova lind mere nox pell quist rane sted tora vane wick zano".split()
KINDS = {"US": "Inc", "CA": "Ltd", "GB": "Ltd", "IE": "Ltd", "DE": "GmbH", "AT": "GmbH", "CH": "AG", "FR": "SA",
         "BE": "SA", "ES": "SL", "MX": "SA", "PT": "SA", "IT": "SpA", "SE": "AB", "NO": "AS", "DK": "AS", "FI": "Oy"}
GIVEN = ("Ada Amara Anika Bela Bruno Chidi Clara Dario Dina Elif Emil Esra Farid Femi Gita Hana Hugo Ines Ivo Jana "
         "Joao Kaja Kofi Lea Liam Luz Mara Mei Milo Nadia Nils Noor Olga Omar Paula Pia Ravi Rosa Sami Sara Tariq "
         "Tess Uma Vera Wim Xenia Yara Yusuf Zoe Zuri").split()
LANGUAGE = {"US": "en", "CA": "en", "GB": "en", "IE": "en", "DE": "de", "AT": "de", "CH": "de", "FR": "fr",
            "BE": "fr", "ES": "es", "MX": "es", "PT": "pt", "IT": "it", "SE": "en", "NO": "en", "DK": "en",
            "FI": "en"}


def company_name(random, country, taken):
    while True:
        name = random.pick(FIRST) + random.pick(MIDDLE) + random.pick(LAST) + " " + KINDS[country]
        if name not in taken:
            taken.add(name)
            return name


def person_name(random, taken):
    while True:
        name = random.pick(GIVEN) + " " + random.pick(FIRST) + random.pick(LAST)
        if name not in taken:
            taken.add(name)
            return name


def field(value):
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        value = ";".join(value)
    text = str(value)
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') else text


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [",".join(field(name) for name in rows[0])]
    lines += [",".join(field(value) for value in row.values()) for row in rows]
    path.write_bytes(("\n".join(lines) + "\n").encode())


def give_books(random, customers, team, accounts, may, share):
    """Last quarter's books: `share` per mille of the customers get someone who may take them and has room."""
    room = {person["id"]: int(person["fte"] * UNITS) for person in team}
    for customer in random.shuffled(customers):
        weight = UNITS // accounts(customer) if accounts(customer) else 0
        if not weight or not random.chance(share):
            continue
        able = [p for p in team if may(customer, p) and room[p["id"]] >= weight]
        if able:
            person = random.pick(able)
            room[person["id"]] -= weight
            customer["owner"] = person["id"]


def remember_past(random, customers, may, team, per_mille):
    for customer in customers:
        past = [random.pick(team)["id"] for _ in range(2) if random.chance(per_mille)]
        customer["past_owners"] = sorted(set(past) - {customer["owner"]}) or None


# --- Quillmere: ARR segments x vertical pools ------------------------------------------------------------------------

RATES = {"USD": 100, "GBP": 127, "EUR": 108}  # hundredths of a dollar, as in the policy
EURO = ("DE", "AT", "CH", "FR", "BE", "ES")
VERTICAL_POOLS = {"finance": "finance", "healthcare": "healthcare", "pharma": "healthcare",
                  "manufacturing": "industry", "logistics": "industry", "public sector": "public",
                  "energy": "other", "retail": "other", "software": "other", "media": "other"}


def arr_segment(arr, employees):
    if arr >= 750_000:
        return "global"
    if arr >= 150_000:
        return "enterprise/strategic" if employees >= 5000 else "enterprise/core"
    return "scale" if arr >= 15_000 else "digital"


def arr_accounts(customer):
    return {"global": 6, "enterprise": 15, "scale": 40, "digital": 0}[customer["band_of_arr"].split("/")[0]]


def arr_customer(random, number, taken):
    country = random.weighted([("US", 36), ("CA", 6), ("GB", 17), ("IE", 2), ("DE", 14), ("AT", 3), ("CH", 3),
                               ("FR", 8), ("BE", 3), ("ES", 5), ("MX", 3)])
    vertical = random.weighted([("finance", 220), ("healthcare", 100), ("pharma", 60), ("manufacturing", 130),
                                ("logistics", 80), ("public sector", 100), ("energy", 9), ("retail", 110),
                                ("software", 110), ("media", 81)])
    currency = "GBP" if country == "GB" else "EUR" if country in EURO or country == "IE" else "USD"
    dollars = random.along([(0, 1_200), (120, 6_000), (275, 15_000), (600, 30_000), (820, 70_000), (905, 140_000),
                            (950, 240_000), (984, 640_000), (993, 1_100_000), (1000, 3_200_000)])
    if currency == "USD" and random.chance(12):
        dollars = random.pick([150_000, 750_000, 150_000, 15_000])  # a boundary belongs to the segment above it
    arr = dollars * 100 // RATES[currency] // 100 * 100 if currency != "USD" else dollars // 100 * 100
    dollars = arr * RATES[currency] // 100
    employees = max(20, dollars * random.along([(0, 2), (300, 6), (700, 16), (1000, 60)]) // 1000)
    seats = max(5, min(employees, dollars // random.between(400, 900)))
    active = seats * random.along([(0, 5), (150, 35), (500, 66), (850, 88), (1000, 104)]) // 100
    digital = dollars < 15_000
    products = ["Core"] + [p for p, often in (("Analytics", 340), ("Forms", 300), ("Archive", 220))
                           if random.chance(often)]
    sentiment = None if digital or random.chance(90) else random.weighted([("green", 55), ("yellow", 32), ("red", 13)])
    nps = random.along([(0, 0), (200, 5), (600, 8), (1000, 11)]) if random.chance(600) else None
    since = random.days_ago(20, 2400)
    before = dollars * random.between(86, 108) // 100
    known = (AS_OF - since).days > 120
    previous = arr_segment(before if random.chance(700) else dollars, employees) if known else None
    return {
        "id": f"C{number:04}", "name": company_name(random, country, taken), "vertical": vertical,
        "country": country, "language": LANGUAGE[country], "arr": arr, "arr_currency": currency,
        "employees": None if random.chance(15) else employees, "seats": seats,
        "active_seats": None if random.chance(20) else active,
        "logins_30d": active * random.along([(0, 1), (400, 7), (1000, 19)]), "products": products,
        "open_tickets": random.along([(0, 0), (450, 1), (850, 5), (1000, 14)]),
        "open_escalations": 1 if random.chance(28) else 0,
        "overdue_days": random.between(5, 120) if random.chance(90) else 0,
        "csm_sentiment": sentiment, "sentiment_on": sentiment and random.days_ago(2, 170, since),
        "nps": nps, "nps_on": None if nps is None else random.days_ago(10, 500, since),
        "exec_sponsor": None if digital else random.chance(640),
        "open_roles": employees * random.along([(0, 0), (400, 8), (1000, 60)]) // 1000,
        "customer_since": since, "renewal": AS_OF + timedelta(days=random.between(-6, 365)),
        "owner": None, "past_owners": None, "segment": previous,
        "segment_since": previous and random.days_ago(40, 700, since), "segment_override": None,
        "band_of_arr": arr_segment(dollars, employees)}


def arr_team(random):
    taken, team = set(), []
    wanted = [("finance", 12), ("healthcare", 9), ("industry", 12), ("public", 6), ("energy", 1), ("other", 15)]
    verticals = {"finance": ["finance"], "healthcare": ["healthcare", "pharma"],
                 "industry": ["manufacturing", "logistics"], "public": ["public sector"],
                 "energy": ["energy"], "other": ["retail", "software", "media"]}
    for pool, count in wanted:
        for n in range(count):
            languages = ["en"] + (["de"] if n % 3 == 1 else []) + (["fr"] if n % 4 == 2 else []) + \
                (["es"] if n % 5 == 3 else [])
            home = {"de": "DE", "fr": "FR", "es": "ES"}.get(languages[-1], random.pick(["US", "US", "GB", "CA"]))
            role = "associate" if n % 4 == 3 else "csm"
            team.append({"name": person_name(random, taken), "role": role,
                         "level": "senior" if role == "csm" and n % 3 != 2 else "regular",
                         "verticals": verticals[pool], "languages": languages, "country": home,
                         "fte": 0.8 if random.chance(150) else 1, "start": random.days_ago(60, 2000), "end": None})
    for n in range(3):
        team.append({"name": person_name(random, taken), "role": "specialist", "level": "senior",
                     "verticals": ["analytics"], "languages": ["en", "de", "fr", "es"], "country": "GB", "fte": 1,
                     "start": random.days_ago(60, 900), "end": None})
    for vertical, start in ((["public sector"], date(2027, 1, 4)), (["finance"], None)):
        team.append({"name": None, "role": "csm", "level": "regular", "verticals": vertical, "languages": ["en"],
                     "country": "US", "fte": 1, "start": start, "end": None})
    for place, gone in ((4, date(2026, 9, 30)), (15, date(2026, 10, 31)), (44, date(2026, 11, 13))):
        team[place]["end"] = gone
    for place, day in ((10, date(2026, 12, 1)), (31, date(2027, 2, 1))):
        team[place]["start"] = day
    return [{"id": f"S{n + 1:02}", **person} for n, person in enumerate(team)]


def arr_verticals(folder):
    random = Random(20261123)
    team, taken = arr_team(random), set()
    customers = [arr_customer(random, n + 1, taken) for n in range(2000)]

    def may(customer, person):
        pool = VERTICAL_POOLS[customer["vertical"]]
        serves = {VERTICAL_POOLS.get(v) for v in person["verticals"]}
        small = person["role"] == "associate" and customer["band_of_arr"] != "scale"
        begun = person["start"] and person["start"] <= AS_OF
        return pool in serves and customer["language"] in person["languages"] and not small and begun

    able = [p for p in team if p["role"] != "specialist"]
    give_books(random, customers, able, arr_accounts, may, 790)
    remember_past(random, customers, may, able, 60)
    overrides = {"C0017": "enterprise/strategic", "C0301": "global", "C0460": "enterprise/core", "C0777": "scale",
                 "C1204": "strategic", "C1500": "scale"}
    for customer in customers:
        customer["segment_override"] = overrides.get(customer["id"])
        del customer["band_of_arr"]
    write(folder / "customers.csv", customers)
    write(folder / "team.csv", team)


# --- Bellquora: segments by experience -------------------------------------------------------------------------------

def experience_customer(random, number, taken):
    country = random.weighted([("US", 40), ("GB", 22), ("CA", 10), ("DE", 14), ("SE", 8), ("IE", 6)])
    arr = random.along([(0, 900), (150, 4_000), (300, 8_000), (700, 22_000), (880, 45_000), (970, 110_000),
                        (1000, 260_000)]) // 50 * 50
    employees = max(8, arr * random.along([(0, 3), (500, 12), (1000, 70)]) // 1000)
    seats = max(3, min(employees, arr // random.between(250, 500)))
    active = seats * random.along([(0, 10), (300, 50), (1000, 100)]) // 100
    modules = ["Draw"] + [m for m, often in (("Review", 450), ("Simulate", 240), ("Vault", 330), ("Connect", 200))
                          if random.chance(often)]
    guided = arr >= 40_000
    return {
        "id": f"B-{number:03}", "name": company_name(random, country, taken), "country": country, "arr": arr,
        "employees": None if random.chance(25) else employees, "seats": seats, "active_seats": active,
        "modules": modules, "integrations": random.along([(0, 0), (500, 1), (850, 3), (1000, 7)]),
        "prefers": random.weighted([("self-service", 28), ("guided", 44), (None, 28)]),
        "trained_users": seats * random.along([(0, 0), (400, 20), (1000, 80)]) // 100,
        "tickets_90d": random.along([(0, 0), (500, 2), (1000, 16)]),
        "last_survey": random.weighted([("happy", 40), ("neutral", 22), ("unhappy", 9), (None, 29)]),
        "migrating": random.chance(60), "owner": None,
        "segment": None if random.chance(120) else "guided" if guided and random.chance(900)
        else "assisted" if arr >= 8_000 else "self-service"}


def experience(folder):
    random = Random(400_15)
    taken, team = set(), []
    for n in range(15):
        senior = n < 6
        team.append({"id": f"E{n + 1:02}", "name": person_name(random, taken), "role": "csm" if senior else "associate",
                     "expertise": ["Simulate", "Vault"] if n % 3 == 0 else ["Review", "Connect"] if n % 3 == 1
                     else ["Draw"], "country": random.pick(["US", "US", "GB", "DE"]),
                     "fte": 0.6 if n in (3, 9) else 1, "start": date(2026, 12, 1) if n == 14 else None,
                     "end": date(2026, 10, 16) if n == 11 else None})
    taken = set()
    customers = [experience_customer(random, n + 1, taken) for n in range(400)]
    accounts = {"guided": 8, "assisted": 24}
    give_books(random, customers, team[:14], lambda c: accounts.get(c["segment"], 0),
               lambda c, p: p["role"] == "csm" or c["segment"] == "assisted", 880)
    write(folder / "customers.csv", customers)
    write(folder / "team.csv", team)


# --- Tarnhollow: territories, languages, families --------------------------------------------------------------------

TERRITORIES = {"SE": "Nordics", "NO": "Nordics", "DK": "Nordics", "FI": "Nordics", "DE": "DACH", "AT": "DACH",
               "CH": "DACH", "GB": "Islands", "IE": "Islands", "ES": "South", "PT": "South", "IT": "South"}


def territory_customer(random, number, country, taken):
    arr = random.along([(0, 2_000), (400, 9_000), (800, 38_000), (940, 120_000), (1000, 700_000)]) // 100 * 100
    employees = max(15, arr * random.along([(0, 4), (600, 15), (1000, 45)]) // 1000)
    seats = max(4, min(employees, arr // random.between(300, 600)))
    large = employees > 1500
    indices = [i for i, often in (("Meridian 100", 420), ("Terra 40", 220)) if large and random.chance(often)]
    return {
        "id": f"T{number:04}", "name": company_name(random, country, taken), "parent_id": None, "country": country,
        "language": LANGUAGE[country], "arr": arr, "employees": employees, "seats": seats,
        "active_seats": seats * random.along([(0, 15), (400, 55), (1000, 100)]) // 100, "indices": indices or None,
        "open_tickets": random.along([(0, 0), (600, 2), (1000, 9)]), "open_escalations": 1 if random.chance(25) else 0,
        "renewal": AS_OF + timedelta(days=random.between(0, 364)), "owner": None}


def territories(folder):
    random = Random(600_20)
    taken, team = set(), []
    homes = [("SE", "en sv", 3), ("NO", "en", 1), ("DK", "en da", 1), ("FI", "en fi", 1), ("DE", "de en", 4),
             ("AT", "de en it", 1), ("CH", "de en fr", 1), ("GB", "en", 3), ("IE", "en", 1), ("ES", "es en pt", 1),
             ("IT", "it en es", 1), ("IT", "it de en", 1), ("PT", "pt es en", 1)]
    for country, languages, count in homes:
        for _ in range(count):
            n = len(team)
            team.append({"id": f"A{n + 1:02}", "name": person_name(random, taken),
                         "territories": [TERRITORIES[country]] + (["DACH"] if languages == "it de en" else []),
                         "languages": languages.split(), "country": country, "fte": 0.8 if n in (5, 12) else 1,
                         "start": None, "end": date(2026, 11, 6) if n == 7 else None})
    taken = set()
    countries = [("SE", 13), ("NO", 8), ("DK", 8), ("FI", 7), ("DE", 23), ("AT", 5), ("CH", 6), ("GB", 22), ("IE", 4),
                 ("ES", 10), ("PT", 5), ("IT", 9)]
    customers = [territory_customer(random, n + 1, random.weighted(countries), taken) for n in range(600)]
    # Groups: a parent and one to three others of its country and, now and then, of a neighbour with its language.
    free = {}
    for customer in random.shuffled(customers):
        free.setdefault(customer["language"] + TERRITORIES[customer["country"]], []).append(customer)
    for group in range(40):
        members = free[random.pick(sorted(key for key in free if len(free[key]) > 12))]
        chosen = [members.pop() for _ in range(random.between(2, 3))]
        large = [c for c in chosen if c["arr"] > 60_000]
        for customer in chosen if not large or len(large) == 1 and group % 16 == 0 else []:
            customer["parent_id"] = min(c["id"] for c in chosen)
    give_books(random, customers, team, lambda c: 10 if c["arr"] > 120_000 else 30 if c["arr"] > 14_000 else 0,
               lambda c, p: TERRITORIES[c["country"]] in p["territories"] and c["language"] in p["languages"], 850)
    families = {}
    for customer in customers:  # a family has one owner
        owner = families.setdefault(customer["parent_id"] or customer["id"], customer["owner"])
        customer["owner"] = owner if customer["parent_id"] else customer["owner"]
    write(folder / "customers.csv", customers)
    write(folder / "team.csv", team)


# --- Wexlume: CSM and CSA, scores beside health ----------------------------------------------------------------------

def role_customer(random, number, taken):
    country = random.weighted([("US", 60), ("CA", 15), ("GB", 25)])
    arr = random.along([(0, 1_500), (300, 6_000), (640, 25_000), (920, 100_000), (1000, 420_000)]) // 100 * 100
    licences = max(4, arr // random.between(300, 700))
    employees = licences * random.along([(0, 100), (500, 220), (1000, 900)]) // 100
    active = licences * random.along([(0, 8), (300, 45), (1000, 100)]) // 100
    since = random.days_ago(5, 1900)
    young = (AS_OF - since).days < 120
    nps = random.along([(0, 0), (250, 6), (600, 8), (1000, 11)]) if random.chance(700) else None
    before = arr * random.between(94, 106) // 100
    return {
        "Account ID": f"W{number:05}", "Account": company_name(random, country, taken), "country": country, "ARR": arr,
        "Licences": licences, "Active seats (30d)": active, "employees": employees,
        "Onboarding tasks done": random.between(0, 12) if young else 12, "Onboarding tasks": 12,
        "Customer since": since, "First value on": None if young and random.chance(600)
        else min(AS_OF, since + timedelta(days=random.between(9, 110))),
        "Tickets (90d)": random.along([(0, 0), (500, 2), (1000, 14)]), "Escalated": random.chance(30),
        "NPS": nps, "NPS on": None if nps is None else random.days_ago(5, 420, since),
        "References given": random.along([(0, 0), (800, 1), (1000, 4)]), "Speaks at events": random.chance(80),
        "Add-ons": [name for name, often in (("Sign", 300), ("Insight", 220), ("Guard", 160))
                    if random.chance(often)] or None,
        "Last business review": random.days_ago(3, 400, since) if random.chance(600) else None,
        "owner": None, "Tier": None if young else "enterprise" if before >= 100_000 else "business" if before >= 25_000
        else "essential"}


def two_roles(folder):
    random = Random(500_18)
    taken, team = set(), []
    for n in range(18):
        csm = n < 11
        team.append({"id": f"P{n + 1:02}", "name": person_name(random, taken), "role": "csm" if csm else "csa",
                     "country": random.pick(["US", "US", "GB", "CA"]), "fte": 0.5 if n in (2, 13) else 1,
                     "burdened_cost": (168_000 if n % 4 == 0 else 142_000) if csm else 96_000,
                     "start": date(2026, 12, 7) if n == 17 else None, "end": date(2026, 10, 2) if n == 8 else None})
    taken = set()
    customers = [role_customer(random, n + 1, taken) for n in range(500)]
    accounts = {"enterprise": 9, "business": 26, "essential": 70}
    give_books(random, customers, team[:17], lambda c: accounts.get(c["Tier"], 0),
               lambda c, p: p["role"] == ("csa" if c["Tier"] == "essential" else "csm"), 900)
    write(folder / "customers.csv", customers)
    write(folder / "team.csv", team)


EXAMPLES = {"arr-verticals": arr_verticals, "experience": experience, "territories": territories,
            "two-roles": two_roles}


def main(arguments):
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    for name, make in EXAMPLES.items():
        make(folder / name)


if __name__ == "__main__":
    main(sys.argv[1:])
