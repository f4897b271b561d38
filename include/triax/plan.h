/**
 * @file plan.h
 * @brief Policy × customers × team → plan: who is in which segment, how healthy, owned by whom, with what attention,
 * and why.
 */
#ifndef TRIAX_PLAN_H
#define TRIAX_PLAN_H

#include <triax/customers.h>
#include <triax/policy.h>
#include <triax/team.h>

TRIAX_BEGIN_DECLS

/** @brief What whole-set functions came to over a larger set: see aggregates.h. Immutable and reference-counted. @since 0.1 */
typedef struct triax_aggregates triax_aggregates;

/** @brief A plan. Immutable and reference-counted. @since 0.1 */
typedef struct triax_plan triax_plan;

/**
 * @brief What is known of a plan's books while they are searched, in the unit of the policy's `value`.
 * @since 0.1
 */
typedef struct triax_books_state {
  size_t struct_size;     /**< sizeof(triax_books_state) of the library */
  double uncovered_value; /**< value that the best books so far leave uncovered; accounts that were not looked at yet
                               count as uncovered */
  double uncovered_bound; /**< no books leave less uncovered */
} triax_books_state;

/**
 * @brief Hears of a plan's books while they are searched, and may say that they are good enough.
 *
 * Called on the caller's thread, some hundred times a second. Both figures only get better.
 * @param user the options' books_user
 * @param state borrowed for the call
 * @return 0 to go on; anything else: the search ends, and the plan is made with the best books so far and bounds of
 *         every part, within about the time that the first books take. The summary then says `stopped`
 * @since 0.1
 */
typedef int (*triax_books_fn)(void *user, const triax_books_state *state);

/**
 * @brief Options of a plan. Zero means default.
 * @since 0.1
 */
typedef struct triax_plan_options {
  size_t struct_size; /**< sizeof(triax_plan_options) of the caller */
  int32_t as_of;      /**< the plan's date in days since 1970; see triax_date_of() */
  int32_t has_as_of;  /**< 1 when as_of is given; a policy that counts days needs it */
  int32_t parts;      /**< 1: keep each metric's points and shares for every customer (#TRIAX_PLAN_METRICS) */
  int32_t without_reasons; /**< 1: no sentence for each customer; faster on millions of rows */
  const triax_aggregates *aggregates; /**< of the whole that the customers are a part of, kept by the plan; NULL: none */
  const triax_table *sent; /**< the host's log of what plays sent: columns customer, play, date and, if given, state
                                (sent, open, snoozed, done, failed, canceled …) and until (of what is snoozed).
                                Borrowed for the call; NULL: nothing was sent yet. Needs as_of */
  const triax_load_options *load; /**< how text in `sent` becomes values (set_aside does not apply); NULL: defaults */
  triax_text outcome; /**< triax_plan_check() alone: the customers' column that says who churned (1, true or yes; 0,
                           false or no); not given: not known */
  const triax_plan *previous; /**< a plan of nearly the same customers and team: the allocation starts from its books,
                                   which takes milliseconds where little has changed. Bounds are proven as ever; the
                                   same previous plan and input give the same plan. Borrowed for the call; NULL: from
                                   nothing */
  int32_t tradeoff; /**< 1: also the curve between accounts moved and balance (#TRIAX_PLAN_TRADEOFF): up to five more
                         allocations are solved */
  int32_t hires;    /**< whom to hire (#TRIAX_PLAN_HIRES), found by solving again: 0: where not more than 2,000
                         accounts are to be owned; 1: always; −1: never */
  const triax_table *history; /**< earlier values of health: columns customer, date and health (0 to 100), one row per
                                   customer and day; typed as `sent` is. Borrowed for the call; NULL: none. Needs as_of */
  triax_books_fn books; /**< hears of the books while they are searched; NULL: nobody. What it answers can make two plans
                             of the same input differ */
  void *books_user;     /**< handed to books */
} triax_plan_options;

/** Default options, for initialisation. @since 0.1 */
#define TRIAX_PLAN_OPTIONS_INIT {sizeof(triax_plan_options), 0, 0, 0, 0, 0, 0, 0, {0, 0}, 0, 0, 0, 0, 0, 0}

/** @brief Sets options to their defaults. @since 0.1 */
TRIAX_API void triax_plan_options_init(triax_plan_options *options);

/** @brief Days since 1970-01-01 of "2026-11-21". @return 1, or 0 when the text is no date. @since 0.1 */
TRIAX_API int32_t triax_date_of(triax_text text, int32_t *days);

/**
 * @brief Makes a plan.
 * @param context where memory comes from; its threads are used and its progress is told
 * @param policy the policy
 * @param customers the customers, loaded under this policy
 * @param team the team, loaded under this policy; NULL: nothing is allocated
 * @param options NULL for defaults
 * @param[out] plan new, to be given back with triax_plan_unref()
 * @param messages NULL, or receives every fault (up to 20), warning and note
 * @param error NULL, or receives the first fault
 * @return #TRIAX_OK, #TRIAX_EPOLICY (the policy does not fit the columns, cycles), #TRIAX_EDATA, #TRIAX_EINVAL,
 *         #TRIAX_ECANCELED, #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_plan_new(triax_context *context, const triax_policy *policy,
                                      const triax_customers *customers, const triax_team *team,
                                      const triax_plan_options *options, triax_plan **plan,
                                      triax_messages *messages, triax_error *error);
/** @brief Takes a further reference; NULL gives NULL. Thread-safe. @since 0.1 */
TRIAX_API triax_plan *triax_plan_ref(triax_plan *plan);
/** @brief Gives a reference back; frees at the last. Thread-safe. @since 0.1 */
TRIAX_API void triax_plan_unref(triax_plan *plan);

/**
 * @brief Checks a policy against data and reports what does not fit and what is known to go wrong.
 *
 * Faults are errors, advice is warnings with codes (T101 …). Customers and team may each be NULL: then only what
 * can be known without them is checked.
 * @return #TRIAX_OK also when there is advice; else as triax_plan_new(): #TRIAX_EPOLICY, #TRIAX_EDATA, #TRIAX_EINVAL …
 * @since 0.1
 */
TRIAX_API triax_status triax_plan_check(triax_context *context, const triax_policy *policy,
                                        const triax_customers *customers, const triax_team *team,
                                        const triax_plan_options *options, triax_messages *messages,
                                        triax_error *error);

/** One row per customer: key, segment, touch, pool, csm, health, band, coverage, the scores, hours, touches,
 * next_touch, why and more. @since 0.1 */
#define TRIAX_PLAN_CUSTOMERS 1
/** One row per CSM: key, accounts, load, fte, hours, ARR … @since 0.1 */
#define TRIAX_PLAN_CSMS 2
/** One row per segment: path, customers, ARR, mean health, touch, services, what its test came to. @since 0.1 */
#define TRIAX_PLAN_SEGMENTS 3
/** One row per pool and role: customers, load, capacity, what was left uncovered, which limit stands in the way, whom
 * to hire. @since 0.1 */
#define TRIAX_PLAN_POOLS 4
/** One row per test of the policy: true, false and unknown counts, and the columns to blame. @since 0.1 */
#define TRIAX_PLAN_TESTS 5
/** One row per customer: each metric's points, freshness, weight, contribution and points lost (options.parts). @since 0.1 */
#define TRIAX_PLAN_METRICS 6
/** One row per customer who is to have a specialist: overlay, customer, csm; missing where nobody has room. @since 0.1 */
#define TRIAX_PLAN_OVERLAYS 7
/** One row per CSM and account of this week's list, most urgent first. @since 0.1 */
#define TRIAX_PLAN_WEEK 8
/** One row per account whose owner changes: customer, from, to, money moved, why. With a `transition`, one per account
 * whose segment or owner changes or was kept from changing: also the segments, whether the new CSM had it before, the
 * week, and how it stands (scheduled, held, kept, uncovered, no week left). @since 0.1 */
#define TRIAX_PLAN_MOVES 9
/** One row per action of the plays, most urgent play first: customer, play, channel, to, recipient, the texts, due,
 * priority, state (new, update), why. @since 0.1 */
#define TRIAX_PLAN_ACTIONS 10
/** One row per action that a play would have made and that is withheld: customer, play, reason, the columns that are
 * missing, from when on it may go. @since 0.1 */
#define TRIAX_PLAN_WITHHELD 11
/** One row per scenario (the base first), segment (all first) and year from 0: accounts, ARR, GRR and NRR with 90 %
 * intervals, CSMs needed, fees. @since 0.1 */
#define TRIAX_PLAN_FORECAST 12
/** One row per scenario and segment: CSMs needed by each rule, which binds, how many there are, how many to hire and
 * when the next is due, what they cost. @since 0.1 */
#define TRIAX_PLAN_HEADCOUNT 13
/** One row per scenario, segment and year from 1: the difference to the base. @since 0.1 */
#define TRIAX_PLAN_SCENARIOS 14
/** One row per CSM, with a `transition`: accounts, ARR and load before and after, accounts given and received. @since 0.1 */
#define TRIAX_PLAN_BOOKS 15
/** One row per account that gets a new CSM, with a `transition`: what there is to know about it. @since 0.1 */
#define TRIAX_PLAN_HANDOVERS 16
/** One row per point of the curve between accounts moved and balance (options.tradeoff), fewest moves first: how, moved,
 * arr, imbalance, balance_share (of the imbalance that there is to lose), points, uncovered_value, emptiest and fullest
 * (load of fte). "this plan" is the plan. @since 0.1 */
#define TRIAX_PLAN_TRADEOFF 17
/** One row per step of hiring, each beside those before it: pool, roles, like (a CSM of the team), needs (where nobody of
 * the team is eligible), hires (full-time CSMs), covered_value, covered, points, left_value and left (of the pool,
 * uncovered after them). @since 0.1 */
#define TRIAX_PLAN_HIRES 18
/** One row per customer, where earlier values of health were given (options.history): level, trend, noise, drop. @since 0.1 */
#define TRIAX_PLAN_TREND 19

/**
 * @brief A plan's table; belongs to the plan (take a reference to keep it longer).
 * @return NULL when this plan has no such table
 * @since 0.1
 */
TRIAX_API triax_table *triax_plan_table(const triax_plan *plan, int32_t which);
/** @brief The word for a table, such as "customers"; NULL for numbers not listed. @since 0.1 */
TRIAX_API const char *triax_plan_table_name(int32_t which);
/**
 * @brief The plan in figures: counts, money, objective, bound and gap, pools, what could not be judged.
 * Belongs to the plan.
 * @since 0.1
 */
TRIAX_API const triax_document *triax_plan_summary(const triax_plan *plan);
/**
 * @brief Why one customer is treated as it is: tests, metrics, CSM, hours, its move, actions and those withheld.
 * @param plan the plan
 * @param key the customer's key
 * @param[out] explanation a new document, to be freed with triax_document_free()
 * @param error NULL, or receives the reason
 * @return #TRIAX_OK, #TRIAX_ENOTFOUND (with the nearest key), #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_plan_explain(const triax_plan *plan, triax_text key, triax_document **explanation,
                                          triax_error *error);

/**
 * @brief What a check of a plan's books found. Offs are how far the objective is from the recomputed bound, in the
 * units of the summary's objective.
 * @since 0.1
 */
typedef struct triax_plan_proof {
  size_t struct_size;      /**< sizeof(triax_plan_proof), set by the caller */
  int32_t rules_hold;      /**< 1: eligibility, freezes, families, capacity and caps are kept */
  int32_t as_stated;       /**< 1: the objective is what the summary says */
  int32_t bound_holds;     /**< 1: the recomputed bound is not past the objective */
  int32_t bound_by_prices; /**< 1: and it is no weaker than the one stated, in any part; 0: that one rests on a complete
                                search as well */
  int32_t proven;          /**< parts of the objective that have a recomputed bound: 4; 0: no allocation */
  int32_t reserved;        /**< 0 */
  double uncovered_value_off; /**< value left uncovered beyond the bound */
  double over_off;            /**< load beyond fte beyond the bound for plans that leave no more value uncovered */
  double points_off;          /**< points fewer than the bound for plans that are no worse in the parts before */
  double imbalance_off;       /**< imbalance beyond the bound for such plans */
} triax_plan_proof;

/** Initialiser of a proof. @since 0.1 */
#define TRIAX_PLAN_PROOF_INIT {sizeof(triax_plan_proof), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}

/**
 * @brief Checks a plan's books from its input alone: rules, objective, and the bounds by prices and weights.
 *
 * Each part of the objective has a bound: no plan that is no worse than this one in each of the parts before is better
 * there. Shares no code with the solver. Prices and weights cannot make a bound wrong, only weak: each customer for itself
 * takes the cheapest of its places at the prices, each CSM the best of the sums that it can have, the parts before count
 * by their weights for how far they are from what the plan reached, and no such plan costs less than the total.
 * @param plan the plan
 * @param[out] proof what was found; struct_size must be set
 * @param error NULL, or receives the reason
 * @return #TRIAX_OK when the check could be made, whatever it found; #TRIAX_EINVAL, #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_plan_verify(const triax_plan *plan, triax_plan_proof *proof, triax_error *error);

/**
 * @brief Why a customer is not with a certain CSM: the condition that fails, by name, with the values that decided and by
 * how much; or, where only the books stand in the way, what it would cost, found by solving again with the customer
 * there, and who would have to move.
 *
 * Keys of the document: `customer`, `has` (its CSM), `csm`, `not_because`, `eligible` and `values` (the test and what it
 * read), `adds` and `over_by` (full-time CSMs, or the cap's unit), `points`, `load`, `fte`, `verdict` ("equally good",
 * "would earn fewer points" …), `costs` (by part of the objective), `others_that_move`, `moves`.
 * @param plan a plan with an allocation
 * @param customer the customer's key
 * @param csm the CSM's key
 * @param[out] why a new document, to be freed with triax_document_free()
 * @param error NULL, or receives the reason
 * @return #TRIAX_OK, #TRIAX_EINVAL (nothing is allocated), #TRIAX_ENOTFOUND (with the nearest key), #TRIAX_ECANCELED,
 *         #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_plan_why_not(const triax_plan *plan, triax_text customer, triax_text csm,
                                          triax_document **why, triax_error *error);

/**
 * @brief A judge: segment and health of single customers as they change, against a plan's set.
 *
 * Cut-offs of `top` and whole-set functions stay as the plan found them. Allocates nothing per customer. One thread
 * at a time; make one per thread.
 * @since 0.1
 */
typedef struct triax_judge triax_judge;

/** @brief Makes a judge of a plan. The plan is kept alive. Free with triax_judge_free().
 * @return #TRIAX_OK, #TRIAX_EINVAL, #TRIAX_ENOMEM @since 0.1 */
TRIAX_API triax_status triax_judge_new(triax_plan *plan, triax_judge **judge, triax_error *error);
/** @brief Frees a judge; NULL is allowed. @since 0.1 */
TRIAX_API void triax_judge_free(triax_judge *judge);
/** @brief Makes all values missing: begins a new customer. @since 0.1 */
TRIAX_API void triax_judge_clear(triax_judge *judge);
/** @brief Takes all values from a row of the plan's customers.
 * @return #TRIAX_OK, #TRIAX_EINVAL (no such row), #TRIAX_ENOMEM @since 0.1 */
TRIAX_API triax_status triax_judge_row(triax_judge *judge, size_t row, triax_error *error);
/** @brief The number of a column for the setters, or SIZE_MAX when the plan's customers have no such column. @since 0.1 */
TRIAX_API size_t triax_judge_column(const triax_judge *judge, triax_text name);
/** @brief Sets a number, money (in base currency), integer, boolean, date (days) or timestamp (microseconds). NaN: missing.
 * @return #TRIAX_OK, #TRIAX_EINVAL (no such column, of another type, or beyond int64) @since 0.1 */
TRIAX_API triax_status triax_judge_number(triax_judge *judge, size_t column, double value, triax_error *error);
/** @brief Sets a string; borrowed until the next triax_judge_clear(). Not given: missing.
 * @return #TRIAX_OK, #TRIAX_EINVAL (no such column, or of another type) @since 0.1 */
TRIAX_API triax_status triax_judge_text(triax_judge *judge, size_t column, triax_text value, triax_error *error);

/** @brief What a judge found. @since 0.1 */
typedef struct triax_judgement {
  size_t struct_size; /**< sizeof(triax_judgement), set by the caller */
  triax_text segment; /**< path; not given: unsegmented. Belongs to the plan */
  triax_text band;    /**< not given: unknown. Belongs to the plan */
  double health;      /**< NaN: missing */
  double coverage;    /**< 0–1; NaN without a health section */
  int32_t uncertain;  /**< 1: a test on the way could not be judged */
  int32_t placed;     /**< 0: by test, 1: by override, 2: by dwell, 3: nowhere */
} triax_judgement;

/**
 * @brief Judges the values set.
 * @param judge the judge
 * @param[out] judgement what was found; struct_size must be set
 * @param error NULL, or receives the reason
 * @return #TRIAX_OK, #TRIAX_EINVAL, #TRIAX_ELIMIT (a value takes too many steps), #TRIAX_ENOMEM
 * @since 0.1
 */
TRIAX_API triax_status triax_judge_run(triax_judge *judge, triax_judgement *judgement, triax_error *error);

/**
 * @brief Evaluates one expression: once without customers, else for every customer.
 * @param context where memory comes from
 * @param expression the source
 * @param customers NULL: evaluate once, without variables
 * @param options NULL for defaults; as_of is the date; aggregates, which are those of a policy's functions, are refused
 * @param[out] values new (triax_table_unref()), with one string column "value": each value as CEL writes it; missing where the
 *             value is
 * @param messages NULL, or receives every fault, with places
 * @param error NULL, or receives the first fault
 * @return #TRIAX_OK; #TRIAX_EPOLICY for faults in the source and, without customers, for run-time faults; #TRIAX_ELIMIT
 *         when a value takes too many steps; #TRIAX_EUNSUPPORTED when aggregates are given
 * @since 0.1
 */
TRIAX_API triax_status triax_evaluate(triax_context *context, triax_text expression,
                                      const triax_customers *customers, const triax_plan_options *options,
                                      triax_table **values, triax_messages *messages, triax_error *error);

TRIAX_END_DECLS

#endif
