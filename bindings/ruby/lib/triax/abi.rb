# frozen_string_literal: true

# Made from the public headers by bindings/declare.py (./dev sync); not edited by hand.

require "ffi"

module Triax
  # What the public headers declare, for ffi. Functions bear the names of the headers, where each is explained;
  # constants and structs the same without the prefix. The libraries are neither looked for nor loaded here: attach
  # takes their paths.
  module Abi
    extend FFI::Library

    # version.h
    VERSION_MAJOR = 0
    VERSION_MINOR = 1
    VERSION_PATCH = 0
    VERSION = "0.1.0"
    POLICY_LANGUAGE = 1

    # base.h
    OK = 0
    EINVAL = 1
    ENOMEM = 2
    ECANCELED = 3
    EPOLICY = 4
    EDATA = 5
    ELIMIT = 6
    ENOTFOUND = 7
    EUNSUPPORTED = 8
    PATH_SIZE = 256
    ERROR_SIZE = 1024
    LEVEL_ERROR = 1
    LEVEL_WARNING = 2
    LEVEL_NOTE = 3
    LEVEL_DETAIL = 4
    ROUND_PARTS = 1024

    # document.h
    DOCUMENT_NODES = 100000
    DOCUMENT_DEPTH = 64
    KIND_NONE = 0
    KIND_MAP = 1
    KIND_LIST = 2
    KIND_TEXT = 3
    KIND_NUMBER = 4
    KIND_BOOLEAN = 5
    KIND_MISSING = 6
    NO_NODE = 18446744073709551615

    # table.h
    TYPE_NUMBER = 1
    TYPE_INTEGER = 2
    TYPE_MONEY = 3
    TYPE_BOOLEAN = 4
    TYPE_STRING = 5
    TYPE_STRINGS = 6
    TYPE_DATE = 7
    TYPE_TIMESTAMP = 8
    TYPE_TEXT = 9

    # customers.h
    DATES_ISO = 0
    DATES_DMY = 1
    DATES_MDY = 2
    DATES_YMD = 3

    # plan.h
    PLAN_CUSTOMERS = 1
    PLAN_CSMS = 2
    PLAN_SEGMENTS = 3
    PLAN_POOLS = 4
    PLAN_TESTS = 5
    PLAN_METRICS = 6
    PLAN_OVERLAYS = 7
    PLAN_WEEK = 8
    PLAN_MOVES = 9
    PLAN_ACTIONS = 10
    PLAN_WITHHELD = 11
    PLAN_FORECAST = 12
    PLAN_HEADCOUNT = 13
    PLAN_SCENARIOS = 14
    PLAN_BOOKS = 15
    PLAN_HANDOVERS = 16
    PLAN_TRADEOFF = 17
    PLAN_HIRES = 18
    PLAN_TREND = 19

    # aggregates.h
    AGGREGATES_VALUES = 1048576
    AGGREGATES_CANDIDATES = 4194304

    # assignment.h
    ASSIGNMENT_NONE = 4294967295
    ASSIGNMENT_PROOF_NONE = 0
    ASSIGNMENT_PROOF_CAPACITY = 1
    ASSIGNMENT_PROOF_ITEMS = 2

    # compare.h
    COMPARISON_ACCOUNTS = 1
    COMPARISON_CAUSES = 2
    COMPARISON_METRICS = 3
    COMPARISON_SEGMENTS = 4
    COMPARISON_BANDS = 5
    COMPARISON_CSMS = 6
    COMPARISON_POOLS = 7
    COMPARISON_FLOWS = 8
    COMPARISON_FORECAST = 9
    COMPARISON_HEADCOUNT = 10

    # health.h
    FIT_ADDITIVE = 0
    FIT_LOGISTIC = 1
    FIT_PREDICTIONS = 1
    FIT_METRICS = 2
    FIT_COEFFICIENTS = 3

    callback :triax_resize_fn, [:pointer, :pointer, :size_t, :size_t], :pointer
    callback :triax_log_fn, [:pointer, :int32, :string], :void
    callback :triax_progress_fn, [:pointer, :string, :double], :int
    callback :triax_task_fn, [:pointer, :uint64], :void
    callback :triax_parallel_fn, [:pointer, :uint64, :triax_task_fn, :pointer], :void
    callback :triax_books_fn, [:pointer, :pointer], :int

    class Text < FFI::Struct
      layout :bytes, :pointer,
             :length, :size_t
    end

    class Error < FFI::Struct
      layout :status, :int32,
             :line, :int32,
             :column, :int32,
             :count, :int32,
             :path, [:char, 256],
             :message, [:char, 1024]
    end

    class ContextOptions < FFI::Struct
      layout :struct_size, :size_t,
             :resize, :triax_resize_fn,
             :resize_user, :pointer,
             :log, :triax_log_fn,
             :log_user, :pointer,
             :progress, :triax_progress_fn,
             :progress_user, :pointer,
             :threads, :uint64,
             :parallel, :triax_parallel_fn,
             :parallel_user, :pointer
    end

    class LoadOptions < FFI::Struct
      layout :struct_size, :size_t,
             :date_order, :int32,
             :loose_numbers, :int32,
             :decimal_sign, :int32,
             :set_aside, :int32
    end

    class BooksState < FFI::Struct
      layout :struct_size, :size_t,
             :uncovered_value, :double,
             :uncovered_bound, :double
    end

    class PlanOptions < FFI::Struct
      layout :struct_size, :size_t,
             :as_of, :int32,
             :has_as_of, :int32,
             :parts, :int32,
             :without_reasons, :int32,
             :aggregates, :pointer,
             :sent, :pointer,
             :load, :pointer,
             :outcome, Text,
             :previous, :pointer,
             :tradeoff, :int32,
             :hires, :int32,
             :history, :pointer,
             :books, :triax_books_fn,
             :books_user, :pointer
    end

    class PlanProof < FFI::Struct
      layout :struct_size, :size_t,
             :rules_hold, :int32,
             :as_stated, :int32,
             :bound_holds, :int32,
             :bound_by_prices, :int32,
             :proven, :int32,
             :reserved, :int32,
             :uncovered_value_off, :double,
             :over_off, :double,
             :points_off, :double,
             :imbalance_off, :double
    end

    class Judgement < FFI::Struct
      layout :struct_size, :size_t,
             :segment, Text,
             :band, Text,
             :health, :double,
             :coverage, :double,
             :uncertain, :int32,
             :placed, :int32
    end

    class ArrowSchema < FFI::Struct
      layout :format, :pointer,
             :name, :pointer,
             :metadata, :pointer,
             :flags, :int64,
             :n_children, :int64,
             :children, :pointer,
             :dictionary, :pointer,
             :release, :pointer,
             :private_data, :pointer
    end

    class ArrowArray < FFI::Struct
      layout :length, :int64,
             :null_count, :int64,
             :offset, :int64,
             :n_buffers, :int64,
             :n_children, :int64,
             :buffers, :pointer,
             :children, :pointer,
             :dictionary, :pointer,
             :release, :pointer,
             :private_data, :pointer
    end

    class ArrowArrayStream < FFI::Struct
      layout :get_schema, :pointer,
             :get_next, :pointer,
             :get_last_error, :pointer,
             :release, :pointer,
             :private_data, :pointer
    end

    class AssignmentProblem < FFI::Struct
      layout :struct_size, :size_t,
             :agents, :size_t,
             :items, :size_t,
             :cost, :pointer,
             :load, :pointer,
             :capacity, :pointer
    end

    class AssignmentOptions < FFI::Struct
      layout :struct_size, :size_t,
             :reserved, :size_t,
             :effort, :double,
             :seed, :uint64
    end

    class AssignmentProof < FFI::Struct
      layout :struct_size, :size_t,
             :count, :size_t,
             :price, :pointer,
             :scale, :int64,
             :bound, :int64,
             :kind, :int32,
             :reserved, :int32
    end

    class AssignmentFigures < FFI::Struct
      layout :struct_size, :size_t,
             :uncovered, :size_t,
             :cost, :int64,
             :bound, :int64,
             :missing, :int64,
             :work, :uint64,
             :optimal, :int32,
             :stopped, :int32
    end

    class AssignmentFound < FFI::Struct
      layout :struct_size, :size_t,
             :uncovered, :size_t,
             :over, :size_t,
             :cost, :int64,
             :bound, :int64,
             :excess, :int64
    end

    class ComparisonOptions < FFI::Struct
      layout :struct_size, :size_t,
             :without_causes, :int32,
             :reserved, :int32
    end

    class HealthOptions < FFI::Struct
      layout :struct_size, :size_t,
             :as_of, :int32,
             :has_as_of, :int32,
             :parts, :int32,
             :reserved, :int32
    end

    class BacktestOptions < FFI::Struct
      layout :struct_size, :size_t,
             :outcome, Text,
             :score, Text,
             :as_of, :int32,
             :has_as_of, :int32
    end

    class FitOptions < FFI::Struct
      layout :struct_size, :size_t,
             :outcome, Text,
             :score, Text,
             :folds, Text,
             :metrics, :pointer,
             :metric_count, :size_t,
             :leaks, :pointer,
             :leak_count, :size_t,
             :rising, :pointer,
             :rising_count, :size_t,
             :falling, :pointer,
             :falling_count, :size_t,
             :ridge, :double,
             :method, :int32,
             :pairs, :int32,
             :force, :int32,
             :reserved, :int32
    end

    # libtriax: name, what it takes, what it returns
    CORE = {
      # base.h
      triax_status_name: [[:int32], :string],
      triax_text_of: [[:string], Text.by_value],
      triax_error_format: [[:pointer, :string, :pointer, :size_t], :size_t],
      triax_context_options_init: [[:pointer], :void],
      triax_context_new: [[:pointer, :pointer, :pointer], :int32],
      triax_context_ref: [[:pointer], :pointer],
      triax_context_unref: [[:pointer], :void],
      triax_context_resize: [[:pointer, :pointer, :size_t, :size_t], :pointer],
      triax_messages_new: [[:pointer, :pointer, :pointer], :int32],
      triax_messages_free: [[:pointer], :void],
      triax_messages_count: [[:pointer], :size_t],
      triax_messages_level: [[:pointer, :size_t], :int32],
      triax_messages_code: [[:pointer, :size_t], :string],
      triax_messages_text: [[:pointer, :size_t], :string],
      triax_messages_get: [[:pointer, :size_t, :pointer], :int],
      triax_messages_add: [[:pointer, :int32, :string, :pointer, Text.by_value, Text.by_value], :int32],
      triax_round_parts: [[:pointer, :size_t, :double, :int32, :pointer, :pointer], :int32],
      triax_version: [[], :string],
      triax_version_number: [[], :int32],
      triax_policy_language: [[], :int32],
      # document.h
      triax_document_new: [[:pointer, :pointer, :pointer], :int32],
      triax_document_free: [[:pointer], :void],
      triax_document_source: [[:pointer, Text.by_value, Text.by_value], :int32],
      triax_document_place: [[:pointer, :int32, :int32, :int32, :int32, :int32], :int32],
      triax_document_map: [[:pointer, Text.by_value], :int32],
      triax_document_list: [[:pointer, Text.by_value], :int32],
      triax_document_end: [[:pointer], :int32],
      triax_document_text: [[:pointer, Text.by_value, Text.by_value], :int32],
      triax_document_number: [[:pointer, Text.by_value, :double], :int32],
      triax_document_boolean: [[:pointer, Text.by_value, :int32], :int32],
      triax_document_missing: [[:pointer, Text.by_value], :int32],
      triax_document_finish: [[:pointer, :pointer], :int32],
      triax_document_kind: [[:pointer, :uint64], :int32],
      triax_document_key: [[:pointer, :uint64], Text.by_value],
      triax_document_count: [[:pointer, :uint64], :uint64],
      triax_document_first: [[:pointer, :uint64], :uint64],
      triax_document_next: [[:pointer, :uint64], :uint64],
      triax_document_find: [[:pointer, :uint64, Text.by_value], :uint64],
      triax_document_as_text: [[:pointer, :uint64], Text.by_value],
      triax_document_as_number: [[:pointer, :uint64], :double],
      triax_document_as_boolean: [[:pointer, :uint64], :int32],
      # policy.h
      triax_policy_new: [[:pointer, :pointer, :pointer, :pointer, :pointer], :int32],
      triax_policy_ref: [[:pointer], :pointer],
      triax_policy_unref: [[:pointer], :void],
      triax_policy_name: [[:pointer], Text.by_value],
      triax_policy_currency: [[:pointer], Text.by_value],
      # table.h
      triax_type_name: [[:int32], :string],
      triax_table_builder_new: [[:pointer, :pointer, :pointer], :int32],
      triax_table_builder_free: [[:pointer], :void],
      triax_table_builder_column: [[:pointer, Text.by_value, :int32, :pointer, :pointer], :int32],
      triax_table_builder_numbers: [[:pointer, :size_t, :pointer, :pointer, :size_t, :pointer], :int32],
      triax_table_builder_integers: [[:pointer, :size_t, :pointer, :pointer, :size_t, :pointer], :int32],
      triax_table_builder_booleans: [[:pointer, :size_t, :pointer, :pointer, :size_t, :pointer], :int32],
      triax_table_builder_texts: [[:pointer, :size_t, :pointer, :size_t, :pointer], :int32],
      triax_table_builder_strings: [[:pointer, :size_t, :pointer, :size_t, :pointer], :int32],
      triax_table_builder_end_row: [[:pointer, :pointer], :int32],
      triax_table_builder_finish: [[:pointer, :pointer, :pointer], :int32],
      triax_table_ref: [[:pointer], :pointer],
      triax_table_unref: [[:pointer], :void],
      triax_table_rows: [[:pointer], :size_t],
      triax_table_columns: [[:pointer], :size_t],
      triax_table_find: [[:pointer, Text.by_value], :size_t],
      triax_table_name: [[:pointer, :size_t], Text.by_value],
      triax_table_type: [[:pointer, :size_t], :int32],
      triax_table_missing: [[:pointer, :size_t], :size_t],
      triax_table_has: [[:pointer, :size_t, :size_t], :int32],
      triax_table_present: [[:pointer, :size_t], :pointer],
      triax_table_numbers: [[:pointer, :size_t], :pointer],
      triax_table_integers: [[:pointer, :size_t], :pointer],
      triax_table_dates: [[:pointer, :size_t], :pointer],
      triax_table_number: [[:pointer, :size_t, :size_t], :double],
      triax_table_integer: [[:pointer, :size_t, :size_t], :int64],
      triax_table_text: [[:pointer, :size_t, :size_t], Text.by_value],
      triax_table_items: [[:pointer, :size_t, :size_t], :size_t],
      triax_table_item: [[:pointer, :size_t, :size_t, :size_t], Text.by_value],
      # customers.h
      triax_load_options_init: [[:pointer], :void],
      triax_customers_new: [[:pointer, :pointer, :pointer, :pointer, :pointer, :pointer, :pointer, :pointer], :int32, {blocking: true}],
      triax_customers_ref: [[:pointer], :pointer],
      triax_customers_unref: [[:pointer], :void],
      triax_customers_table: [[:pointer], :pointer],
      triax_customers_find: [[:pointer, Text.by_value], :size_t],
      # team.h
      triax_team_new: [[:pointer, :pointer, :pointer, :pointer, :pointer, :pointer, :pointer, :pointer], :int32, {blocking: true}],
      triax_team_ref: [[:pointer], :pointer],
      triax_team_unref: [[:pointer], :void],
      triax_team_table: [[:pointer], :pointer],
      triax_team_find: [[:pointer, Text.by_value], :size_t],
      # plan.h
      triax_plan_options_init: [[:pointer], :void],
      triax_date_of: [[Text.by_value, :pointer], :int32],
      triax_plan_new: [[:pointer, :pointer, :pointer, :pointer, :pointer, :pointer, :pointer, :pointer], :int32, {blocking: true}],
      triax_plan_ref: [[:pointer], :pointer],
      triax_plan_unref: [[:pointer], :void],
      triax_plan_check: [[:pointer, :pointer, :pointer, :pointer, :pointer, :pointer, :pointer], :int32, {blocking: true}],
      triax_plan_table: [[:pointer, :int32], :pointer],
      triax_plan_table_name: [[:int32], :string],
      triax_plan_summary: [[:pointer], :pointer],
      triax_plan_explain: [[:pointer, Text.by_value, :pointer, :pointer], :int32, {blocking: true}],
      triax_plan_verify: [[:pointer, :pointer, :pointer], :int32, {blocking: true}],
      triax_plan_why_not: [[:pointer, Text.by_value, Text.by_value, :pointer, :pointer], :int32, {blocking: true}],
      triax_judge_new: [[:pointer, :pointer, :pointer], :int32, {blocking: true}],
      triax_judge_free: [[:pointer], :void],
      triax_judge_clear: [[:pointer], :void],
      triax_judge_row: [[:pointer, :size_t, :pointer], :int32],
      triax_judge_column: [[:pointer, Text.by_value], :size_t],
      triax_judge_number: [[:pointer, :size_t, :double, :pointer], :int32],
      triax_judge_text: [[:pointer, :size_t, Text.by_value, :pointer], :int32],
      triax_judge_run: [[:pointer, :pointer, :pointer], :int32],
      triax_evaluate: [[:pointer, Text.by_value, :pointer, :pointer, :pointer, :pointer, :pointer], :int32, {blocking: true}],
      # aggregates.h
      triax_plan_aggregates: [[:pointer, :pointer, :pointer], :int32, {blocking: true}],
      triax_aggregates_merge: [[:pointer, :pointer, :size_t, :pointer, :pointer], :int32, {blocking: true}],
      triax_aggregates_complete: [[:pointer], :int32],
      triax_aggregates_error: [[:pointer], :double],
      triax_aggregates_write: [[:pointer, :pointer, :size_t, :pointer, :pointer], :int32],
      triax_aggregates_read: [[:pointer, :pointer, :size_t, :pointer, :pointer], :int32],
      triax_aggregates_ref: [[:pointer], :pointer],
      triax_aggregates_unref: [[:pointer], :void],
      # arrow.h
      triax_table_from_arrow: [[:pointer, :pointer, :pointer, :pointer, :pointer], :int32, {blocking: true}],
      triax_table_from_arrow_stream: [[:pointer, :pointer, :pointer, :pointer], :int32, {blocking: true}],
      triax_table_to_arrow: [[:pointer, :pointer, :pointer, :pointer], :int32, {blocking: true}],
      triax_table_to_arrow_stream: [[:pointer, :pointer, :pointer], :int32, {blocking: true}],
      # assignment.h
      triax_assignment_options_init: [[:pointer], :void],
      triax_assignment_solve: [[:pointer, :pointer, :pointer, :pointer, :pointer], :int32, {blocking: true}],
      triax_assignment_ref: [[:pointer], :pointer],
      triax_assignment_unref: [[:pointer], :void],
      triax_assignment_summary: [[:pointer, :pointer, :pointer], :int32],
      triax_assignment_agents: [[:pointer, :pointer], :pointer],
      triax_assignment_loads: [[:pointer, :pointer], :pointer],
      triax_assignment_missing: [[:pointer, :pointer], :pointer],
      triax_assignment_message: [[:pointer], :string],
      triax_assignment_prove: [[:pointer, :pointer, :pointer], :int32],
      triax_assignment_check: [[:pointer, :pointer, :pointer, :pointer, :pointer, :pointer], :int32, {blocking: true}],
      # compare.h
      triax_comparison_options_init: [[:pointer], :void],
      triax_comparison_new: [[:pointer, :pointer, :pointer, :pointer, :pointer, :pointer], :int32, {blocking: true}],
      triax_comparison_ref: [[:pointer], :pointer],
      triax_comparison_unref: [[:pointer], :void],
      triax_comparison_table: [[:pointer, :int32], :pointer],
      triax_comparison_table_name: [[:int32], :string],
      triax_comparison_summary: [[:pointer], :pointer],
      # health.h
      triax_health_new: [[:pointer, :pointer, :pointer, :pointer, :pointer], :int32],
      triax_health_ref: [[:pointer], :pointer],
      triax_health_unref: [[:pointer], :void],
      triax_health_options_init: [[:pointer], :void],
      triax_health_score: [[:pointer, :pointer, :pointer, :pointer, :pointer, :pointer], :int32, {blocking: true}],
      triax_backtest_options_init: [[:pointer], :void],
      triax_health_backtest: [[:pointer, :pointer, :pointer, :pointer, :pointer, :pointer, :pointer], :int32, {blocking: true}],
      triax_fit_options_init: [[:pointer], :void],
      triax_health_fit: [[:pointer, :pointer, :pointer, :pointer, :pointer, :pointer, :pointer], :int32, {blocking: true}],
      triax_fit_ref: [[:pointer], :pointer],
      triax_fit_unref: [[:pointer], :void],
      triax_fit_section: [[:pointer], :pointer],
      triax_fit_report: [[:pointer], :pointer],
      triax_fit_table: [[:pointer, :int32], :pointer],
      triax_fit_table_name: [[:int32], :string],
    }.freeze

    # libtriax-yaml: name, what it takes, what it returns
    YAML = {
      # yaml.h
      triax_yaml_read: [[:pointer, Text.by_value, Text.by_value, :pointer, :pointer, :pointer], :int32],
      triax_yaml_policy: [[:pointer, Text.by_value, Text.by_value, :pointer, :pointer, :pointer], :int32],
      triax_yaml_health: [[:pointer, Text.by_value, Text.by_value, :pointer, :pointer, :pointer], :int32],
      triax_yaml_write: [[:pointer, :uint64, Text.by_value, :int32, :pointer, :size_t], :size_t],
      triax_yaml_replace: [[:pointer, Text.by_value, Text.by_value, Text.by_value, :pointer, :pointer, :size_t, :pointer, :pointer], :int32],
    }.freeze

    # Binds the functions of the libraries at these paths. One that is not there: FFI::NotFoundError.
    def self.attach(library, functions)
      ffi_lib library
      functions.each { |name, (arguments, result, options)| attach_function name, arguments, result, **(options || {}) }
    end
  end
end
