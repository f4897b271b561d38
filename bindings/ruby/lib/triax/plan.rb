# frozen_string_literal: true

module Triax
  # Who is in which segment, how healthy, owned by whom, with what attention, and why. Made by Policy#plan.
  class Plan < Tables
    releases :triax_plan_unref
    tables borrow: :triax_plan_table, word: :triax_plan_table_name, summary: :triax_plan_summary

    # What it was made of.
    attr_reader :policy, :loaded_customers, :loaded_team
    # Warnings and notes of loading and planning.
    attr_reader :messages

    # What a check of a plan's books found: see triax_plan_verify in plan.h.
    Proof = Struct.new(:rules_hold, :as_stated, :bound_holds, :bound_by_prices, :proven, :uncovered_value_off, :over_off,
                       :points_off, :imbalance_off, keyword_init: true)

    # Why one customer is treated as it is: tests, metrics, CSM, hours.
    def explain(key) = document(:triax_plan_explain, Call.text(key))

    # Why a CSM does not own a customer: the test that fails, or what giving it that CSM would cost.
    def why_not(key, csm) = document(:triax_plan_why_not, Call.text(key), Call.text(csm))

    # Checks the books from the plan's input alone, by code that the solver does not use.
    def verify
      proof = Abi::PlanProof.new
      proof[:struct_size] = Abi::PlanProof.size
      Call.check(:triax_plan_verify, pointer, proof)
      truths = %i[rules_hold as_stated bound_holds bound_by_prices].to_h { |name| [name, !proof[name].zero?] }
      rest = %i[proven uncovered_value_off over_off points_off imbalance_off].to_h { |name| [name, proof[name]] }
      Proof.new(**truths, **rest).freeze
    end

    # What whole-set functions came to: see Aggregates.
    def aggregates = Aggregates.take(Call.made(:triax_plan_aggregates, pointer))

    # A judge of single customers as they change.
    def judge = Judge.of(self)

    def inspect = "#<Triax::Plan of #{customers.size} customers: #{tables.join(', ')}>"

    private

    def made_of(policy, customers, team, said)
      @policy, @loaded_customers, @loaded_team = policy, customers, team
      @messages = [*customers.messages, *team&.messages, *said].freeze
    end

    def document(function, *arguments) = Document.take(Call.made(function, pointer, *arguments)).facts
  end

  # Segment and health of single customers as they change, against a plan's set. One thread at a time.
  class Judge < Handle
    releases :triax_judge_free

    # What a judge found; segment nil: unsegmented, health and band nil: unknown.
    Judgement = Struct.new(:segment, :health, :band, :coverage, :uncertain, :placed, keyword_init: true)
    PLACED = %i[test override dwell nowhere].freeze
    private_constant :PLACED

    def self.of(plan)
      judge = take(Call.made(:triax_judge_new, plan.pointer))
      judge.send(:over, plan)
      judge
    end

    # Judges a new customer. What is not given is missing; columns that the policy does not read are passed over. Money
    # is in the base currency.
    def call(values)
      Abi.triax_judge_clear(pointer)
      run(values)
    end

    # Judges one of the plan's customers, with changes.
    def customer(key, **changes)
      Call.check(:triax_judge_row, pointer, @plan.loaded_customers.find(key))
      run(changes)
    end

    # Whether the policy reads a column.
    def reads?(name) = column(name) != NOWHERE

    private

    def over(plan)
      @plan = plan
      @types = plan.loaded_customers.table.types
      @columns = {}
    end

    def column(name)
      @columns[name.to_sym] ||= Abi.triax_judge_column(pointer, Call.text(name))
    end

    def run(values)
      kept = values.select { |name, _| reads?(name) }.map { |name, value| set(name, value) } # texts are borrowed
      found = Abi::Judgement.new
      found[:struct_size] = Abi::Judgement.size
      Call.check(:triax_judge_run, pointer, found)
      Abi.triax_judge_clear(pointer)
      kept.clear
      number = ->(value) { value.nan? ? nil : value }
      Judgement.new(segment: Call.string(found[:segment]), health: number[found[:health]], band: Call.string(found[:band]),
                    coverage: number[found[:coverage]], uncertain: !found[:uncertain].zero?, placed: PLACED[found[:placed]]).freeze
    end

    def set(name, value)
      type = @types[name.to_sym]
      if value.is_a?(String) || value.is_a?(Symbol) || (value.nil? && type == :string)
        text = Call.text(value)
        Call.check(:triax_judge_text, pointer, column(name), text)
        return text
      end
      Call.check(:triax_judge_number, pointer, column(name), number(value, type))
    end

    def number(value, type)
      case value
      when nil then Float::NAN
      when true, false then value ? 1.0 : 0.0
      when Time, DateTime, Date then moment(value, type)
      else value.to_f
      end
    end

    def moment(value, type)
      return (value.to_date.jd - Date.new(1970, 1, 1).jd).to_f if type == :date

      time = value.instance_of?(Date) ? Time.utc(value.year, value.month, value.day) : value.to_time
      (time.to_i * 1_000_000.0) + time.usec
    end
  end

  # Two plans side by side, with the cause of every difference. Made by Triax.compare and Policy#compare.
  class Comparison < Tables
    releases :triax_comparison_unref
    tables borrow: :triax_comparison_table, word: :triax_comparison_table_name, summary: :triax_comparison_summary

    # The plans that are compared; before is nil where after is held against the present books.
    attr_reader :before, :after

    def self.of(before, after, causes: true, threads: 1, progress: nil)
      options = Call.options(Abi::ComparisonOptions, :triax_comparison_options_init)
      options[:without_causes] = causes ? 0 : 1
      made = FFI::MemoryPointer.new(:pointer)
      Call.work(:triax_comparison_new, Call.context(threads), before&.pointer, after.pointer, options, made, messages: false,
                                                                                                            progress: progress)
      comparison = take(made.read_pointer)
      comparison.send(:of, before, after)
      comparison
    end

    def inspect = "#<Triax::Comparison: #{accounts.size} accounts differ>"

    private

    def of(before, after)
      @before, @after = before, after
    end
  end
end
